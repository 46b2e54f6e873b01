"""The desk's set-up, changed by who may: channels and queues."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from conversations.actions import channels
from conversations.exceptions import ChannelUnusable
from conversations.models import Channel
from webcare.actions.calendars import lock_in_use
from webcare.actions.skills import require_skills
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, taken
from webcare.models import Queue, User
from webcare.queries.people import require
from webcare.queries.setup import queue_named


def connect_channel(*, user: User, **fields: Any) -> tuple[Channel, str]:
    """Connect a channel; returns it and its secret, which nobody sees again.

    Raises NotAllowed, Invalid.
    """
    require(user, Permission.SET_UP)
    _check_callback(fields)
    try:
        return channels.connect_channel(**fields)
    except IntegrityError as error:
        raise taken("slug") from error


def change_channel(*, user: User, channel: Channel, **fields: Any) -> Channel:
    """Change a channel, its mode among others. Raises NotAllowed, Invalid."""
    require(user, Permission.SET_UP)
    _check_callback(fields)
    return channels.change_channel(channel, **fields) if fields else channel


def renew_secret(*, user: User, channel: Channel) -> str:
    """Make a new secret; the one before stays good as well. Raises NotAllowed."""
    require(user, Permission.SET_UP)
    return channels.renew_secret(channel)


def check_channel(*, user: User, channel: Channel) -> Channel:
    """Ask a channel's platform who we are, and keep what came of it.

    Raises NotAllowed.
    """
    require(user, Permission.SET_UP)
    return channels.check_channel(channel)


def resume_channel(*, user: User, channel: Channel) -> Channel:
    """Let a channel that its platform refused send again. Raises NotAllowed."""
    require(user, Permission.SET_UP)
    return channels.resume_channel(channel)


@transaction.atomic
def make_queue(
    *, user: User, skills: Mapping[str, int] | None = None, **fields: Any
) -> Queue:
    """Make a queue; `skills` are what it asks of who answers, at which level.

    Raises NotAllowed, Invalid.
    """
    require(user, Permission.SET_UP)
    _keep_calendar(fields)
    try:
        with transaction.atomic():
            made = Queue.objects.create(**fields)
    except IntegrityError as error:
        raise taken("slug") from error
    if skills:
        require_skills(user=user, skills=skills, queue=made)
    return queue_named(made.slug)


@transaction.atomic
def change_queue(
    *,
    user: User,
    queue: Queue,
    skills: Mapping[str, int] | None = None,
    **fields: Any,
) -> Queue:
    """Change a queue; promises that run keep the targets they began with.

    `skills` are all that it asks for. Raises NotAllowed, Invalid.
    """
    require(user, Permission.SET_UP)
    _keep_calendar(fields)
    if fields:
        Queue.objects.filter(pk=queue.pk).update(**fields)
    if skills is not None:
        require_skills(user=user, skills=skills, queue=queue)
    return queue_named(queue.slug)


def _keep_calendar(fields: dict[str, Any]) -> None:
    if fields.get("calendar"):
        lock_in_use(fields["calendar"])


def _check_callback(fields: dict[str, Any]) -> None:
    try:
        channels.check_callback(fields.get("callback_url", ""))
    except ChannelUnusable as error:
        raise Invalid(callback_url=str(error)) from error
