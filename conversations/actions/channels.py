"""Channels, connected and changed; who may do it is the desk's business."""

from typing import Any

from django.conf import settings
from django.db import transaction

from conversations.adapters.signatures import new_secret
from conversations.adapters.targets import find_target
from conversations.exceptions import ChannelUnusable, DeliveryDeferred
from conversations.models import Channel

LOOK_UP_SECONDS = 3


def check_callback(url: str) -> None:
    """Refuse an address that our answers may not be sent to.

    Asks the network's names, so it belongs before any transaction. Raises
    ChannelUnusable, for a name that is not found too.
    """
    if not url:
        return
    try:
        find_target(
            url,
            allowed_hosts=settings.OUTGOING_ALLOWED_HOSTS,
            timeout=LOOK_UP_SECONDS,
        )
    except DeliveryDeferred as error:
        raise ChannelUnusable(str(error)) from error


@transaction.atomic
def connect_channel(**fields: Any) -> tuple[Channel, str]:
    """Make a channel that listens, unless told otherwise; returns it and its secret."""
    secret = new_secret()
    return Channel.objects.create(**fields, secret=secret), secret


@transaction.atomic
def change_channel(channel: Channel, **fields: Any) -> Channel:
    """Change what was given. A text on its way asks for the mode when it leaves."""
    Channel.objects.filter(pk=channel.pk).update(**fields)
    channel.refresh_from_db()
    return channel


@transaction.atomic
def renew_secret(channel: Channel) -> str:
    """Make a new secret; the one before stays good until the next renewal."""
    channel = Channel.objects.select_for_update().get(pk=channel.pk)
    secret = new_secret()
    channel.previous_secret, channel.secret = channel.secret, secret
    channel.save(update_fields=["secret", "previous_secret"])
    return secret


@transaction.atomic
def resume_channel(channel: Channel) -> Channel:
    """Let a channel that stopped send again: somebody has looked after it."""
    return change_channel(
        channel, stopped_at=None, stopped_because="", blocked_until=None, failures=0
    )
