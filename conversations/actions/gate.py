"""The send gate: asked when a text is handed in, and again when it leaves."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import Now, TruncDay
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.adapters import files as rules
from conversations.adapters.files import OF_FILES as OF_FILES
from conversations.adapters.files import Facts as Facts
from conversations.adapters.lengths import length as length
from conversations.models import (
    Channel,
    Delivery,
    Message,
    Mode,
    State,
    Visibility,
)
from conversations.queries.clock import database_now


def refusal(
    *,
    channel: Channel,
    text: str,
    in_reply_to: Message | None,
    files: Sequence[Facts] = (),
) -> tuple[str, str] | None:
    """Return why this text may not go out on `channel` now, or None when it may.

    The answer is a stable word and a sentence for people.
    """
    [no] = refusals([Asked(channel, text, in_reply_to, files)])
    return no


class Asked(NamedTuple):
    """A text that somebody wants to send."""

    channel: Channel
    text: str
    in_reply_to: Message | None
    files: Sequence[Facts] = ()


def refusals(asked: Sequence[Asked]) -> list[tuple[str, str] | None]:
    """Ask about many texts at once: what is counted is counted once a channel."""
    sent_today, now = cache(_sent_today), cache(database_now)
    return [_refusal(one, sent_today, now) for one in asked]


def _refusal(
    asked: Asked, sent_today: Callable[[int], int], now: Callable[[], datetime]
) -> tuple[str, str] | None:
    channel, text, in_reply_to, files = asked
    if not channel.may_send:
        return "channel_does_not_send", str(_MODES[Mode(channel.mode)])
    if channel.stopped_at:
        return "channel_stopped", _("The platform refuses this channel: reconnect it.")
    if no := _unfit(channel, text) or rules.refusal(channel.files, files):
        return no
    if in_reply_to is not None and in_reply_to.deleted_at:
        return "withdrawn", _(
            "The message this answers is gone: deleted by its author, or erased here."
        )
    if in_reply_to is not None and _is_closed(channel, in_reply_to, now):
        hours = {"hours": channel.private_window_hours}
        return "window_closed", _(
            "The platform lets us write up to %(hours)d hours after their last "
            "private message."
        ) % hours
    if channel.mode == Mode.PILOT and sent_today(channel.pk) >= channel.pilot_cap:
        cap = {"cap": channel.pilot_cap}
        return "pilot_cap", _("The pilot's %(cap)d answers for today are out.") % cap
    return None


def _unfit(channel: Channel, text: str) -> tuple[str, str] | None:
    if not text.strip():
        return "empty", _("There is nothing to send: write a text.")
    if length(text, channel.counting) > channel.text_limit:
        limit = {"limit": channel.text_limit}
        return "too_long", _("At most %(limit)d characters fit here.") % limit
    return None


_MODES = {
    Mode.LISTENING: gettext_lazy(
        "This channel only listens; nothing can be sent on it."
    ),
    Mode.PAUSED: gettext_lazy(
        "This channel is paused; nothing goes out until it is resumed."
    ),
}


def _is_closed(channel: Channel, said: Message, now: Callable[[], datetime]) -> bool:
    """Whether a platform's window after a private message is over."""
    hours = channel.private_window_hours
    if hours is None or said.visibility != Visibility.PRIVATE:
        return False
    return now() > said.posted_at + timedelta(hours=hours)


def _sent_today(channel: int) -> int:
    today = Q(settled_at__gte=TruncDay(Now()), state=State.SENT)
    counted = Delivery.objects.filter(channel=channel).aggregate(
        sent=Count("pk", filter=today)
    )
    return int(counted["sent"])
