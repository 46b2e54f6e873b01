"""The send gate: asked when a text is handed in, and again when it leaves."""

from django.db.models import Count, Q
from django.db.models.functions import Now, TruncDay

from conversations.models import Channel, Delivery, Message, Mode, State


def refusal(
    *, channel: Channel, text: str, in_reply_to: Message | None
) -> tuple[str, str] | None:
    """Return why this text may not go out on `channel` now, or None when it may.

    The answer is a stable word and a sentence for people.
    """
    if not channel.may_send:
        return "channel_does_not_send", _MODES[Mode(channel.mode)]
    if channel.stopped_at:
        return "channel_stopped", "The platform refuses this channel: reconnect it."
    if not text.strip():
        return "empty", "There is nothing to send: write a text."
    if len(text) > channel.text_limit:
        return "too_long", f"At most {channel.text_limit} characters fit here."
    if in_reply_to is not None and in_reply_to.deleted_at:
        return "withdrawn", "Its author has deleted the message this answers."
    if channel.mode == Mode.PILOT and _sent_today(channel) >= channel.pilot_cap:
        return (
            "pilot_cap",
            f"The pilot's {channel.pilot_cap} answers for today are out.",
        )
    return None


_MODES = {
    Mode.LISTENING: "This channel only listens; nothing can be sent on it.",
    Mode.PAUSED: "This channel is paused; nothing can be sent until it is resumed.",
}


def _sent_today(channel: Channel) -> int:
    today = Q(settled_at__gte=TruncDay(Now()), state=State.SENT)
    counted = Delivery.objects.filter(channel=channel).aggregate(
        sent=Count("pk", filter=today)
    )
    return int(counted["sent"])
