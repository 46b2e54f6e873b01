"""Channels, connected and changed; who may do it is the desk's business."""

from typing import Any

from django.conf import settings
from django.db import transaction

from conversations.adapters.registry import ADAPTERS
from conversations.adapters.signatures import new_secret
from conversations.adapters.targets import find_target
from conversations.exceptions import ChannelUnusable, DeliveryDeferred
from conversations.models import Channel
from conversations.queries.clock import database_now

LOOK_UP_SECONDS = 3
LONGEST_DETAIL = 300
UNTESTED = {"checked_at": None, "check_result": "", "check_detail": ""}


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
    """Change what was given. A text on its way asks for the mode when it leaves.

    What was tested at another address says nothing of this one.
    """
    if fields.get("callback_url", channel.callback_url) != channel.callback_url:
        fields = UNTESTED | fields
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
    change_channel(channel, **UNTESTED)
    return secret


def check_channel(channel: Channel) -> Channel:
    """Ask the platform who we are, and keep what came of it as the channel's health.

    Nobody is told anything there. No transaction may be open: it waits for others.
    """
    now = database_now()
    checked = ADAPTERS[channel.kind].check(
        callback_url=channel.callback_url,
        secrets=channel.secrets,
        now=now,
        allowed_hosts=settings.OUTGOING_ALLOWED_HOSTS,
    )
    said = ": ".join(part for part in (checked.account, checked.detail) if part)
    return change_channel(
        channel,
        checked_at=now,
        check_result=checked.result,
        check_detail=said[:LONGEST_DETAIL],
    )


@transaction.atomic
def resume_channel(channel: Channel) -> Channel:
    """Let a channel that stopped send again: somebody has looked after it."""
    return change_channel(
        channel, stopped_at=None, stopped_because="", blocked_until=None, failures=0
    )
