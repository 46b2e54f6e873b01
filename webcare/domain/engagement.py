"""Do we answer what was heard? The rules, in the order in which they are asked."""

from typing import NamedTuple

from webcare.domain.outcomes import Verdict


class Heard(NamedTuple):
    """What the rules look at; `danger` names the pattern that matched, if one did."""

    channel_mode: str
    addressed: bool
    history: bool
    deleted: bool
    danger: str = ""


def decide(heard: Heard) -> tuple[Verdict, str]:
    """Return what we do with a message, and a stable word for the reason.

    Talk of danger is a ticket wherever it is heard. Otherwise a ticket needs two
    things: somebody spoke to us, on a channel where we have begun to answer.
    """
    if heard.deleted:
        return Verdict.IGNORE, "deleted_by_author"
    if heard.danger:
        return Verdict.ANSWER, "danger"
    if heard.history:
        return Verdict.WATCH, "history"
    if heard.channel_mode == "listening":
        return Verdict.WATCH, "channel_only_listens"
    if not heard.addressed:
        return Verdict.WATCH, "not_addressed"
    return Verdict.ANSWER, "addressed"
