"""May a rule answer somebody by itself? What is asked, in the order it is asked."""

from typing import NamedTuple

# To one author in an hour, whatever they write and wherever: a machine that answers
# us in new threads is not answered for ever.
MOST_AN_HOUR = 3


class Case(NamedTuple):
    """What the rules look at: a ticket, and the message that would be answered."""

    is_live: bool
    is_danger: bool
    waits: bool  # the message belongs to a turn that has no answer yet
    addressed: bool  # said to us, in public or in private, and not overheard
    needs_approval: bool  # by its queue or topic
    is_being_answered: bool  # an answer of a colleague waits, or is under way
    after_automatic: bool  # nobody has answered since a rule did
    lately: int  # automatic answers to this author in the last hour


def why_not(case: Case) -> str:
    """Return a stable word why no rule may answer here; empty where one may.

    What speaks of danger is answered by people. Nobody is told something who did not
    speak to us; a machine never reads for a second pair of eyes; and after one
    automatic answer comes a person, so that two machines do not talk to each other.
    """
    refusals = {
        "not_live": not case.is_live,
        "danger": case.is_danger,
        "nobody_waits": not case.waits,
        "not_addressed": not case.addressed,
        "needs_approval": case.needs_approval,
        "being_answered": case.is_being_answered,
        "answered_automatically": case.after_automatic,
        "too_often": case.lately >= MOST_AN_HOUR,
    }
    return next((word for word, stands in refusals.items() if stands), "")
