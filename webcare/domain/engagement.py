"""Do we answer what was heard? The rules, in the order in which they are asked."""

from typing import NamedTuple

from webcare.domain.outcomes import Verdict

# Kinds of danger that are not what everybody talks about.
HEARD_ANYWHERE = frozenset({"gas", "current", "life", "trapped", "track", "traffic"})


class Heard(NamedTuple):
    """What the rules look at.

    `danger` is what matched of the words that the desk gave, `intent` the kind of
    danger that the text itself seems to speak of; empty where there is none.
    """

    channel_mode: str
    addressed: bool
    history: bool
    deleted: bool
    danger: str = ""
    intent: str = ""


def decide(heard: Heard) -> tuple[Verdict, str]:
    """Return what we do with a message, and a stable word for the reason.

    What comes from an archive was long ago: it is never work, and rings no alarm.
    Talk of danger is a ticket wherever it is heard, by the desk's own words and by what
    is told of pipes, wires, lifts and tracks. The rest of what is dangerous fills the
    news as well: it is a ticket when somebody says it to us. Otherwise a ticket needs
    two things: somebody spoke to us, on a channel where we have begun to answer.
    """
    if heard.deleted:
        return Verdict.IGNORE, "deleted_by_author"
    if heard.history:
        return Verdict.WATCH, "history"
    if heard.danger or heard.intent in HEARD_ANYWHERE:
        return Verdict.ANSWER, "danger"
    if heard.channel_mode == "listening":
        return Verdict.WATCH, "channel_only_listens"
    if not heard.addressed:
        return Verdict.WATCH, "not_addressed"
    return Verdict.ANSWER, "danger" if heard.intent else "addressed"
