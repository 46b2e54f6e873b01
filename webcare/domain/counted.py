"""Which tickets a figure of a report counts: the question, as a text of an address.

A report gives the text without `figure`, and without `key` and `promise` of its lines;
whoever shows a figure adds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from webcare.domain.outcomes import Promise, Resolution
from webcare.domain.parameters import Parse, moment, one_of
from webcare.domain.reports import EDGES, By, Clock, Look, Wait

LONGEST = 500  # characters of such a text


@dataclass(frozen=True, slots=True)
class Figure:
    """Cases of which one of these `counts` is not none, or that are still in one of
    these `states`; or all that ended after more than `above`, up to `up_to` seconds.

    `without` are counts and states that it leaves out. `first` is of first endings.
    """

    counts: tuple[str, ...] = ()
    states: tuple[int, ...] = ()
    above: int | None = None
    up_to: int | None = None
    without: tuple[str, int] | None = None
    first: bool = False


_LENGTHS = {
    "n": Figure(above=-1, states=(1,)),
    "ended": Figure(above=-1),
    "waiting": Figure(states=(1,)),
}
# No length is less than none: the first of them has those of no seconds, too.
_ABOVE = (-1, *EDGES)
_TURNS = _LENGTHS | {
    "left_unanswered": Figure(("left",)),
    "within_target": Figure(("within_target",)),
    "with_target": Figure(("with_target",)),
    "answered_in_closed_time": Figure(("in_closed_time",)),
    **{
        f"buckets.{max(above, 0)}": Figure(above=above, up_to=up_to)
        for above, up_to in zip(_ABOVE, (*EDGES, None), strict=True)
    },
}
_PROMISES = {
    "met": Figure(("met",)),
    "breached": Figure(("breached",), (1,)),
    "breached_and_open": Figure(("breached_and_open",), (1,)),
    "not_due": Figure(states=(2,)),
    "left_unanswered": Figure(("left",)),
}
_REOPENED = {
    "resolved": Figure(tuple(Resolution.values), first=True),
    "reopened": Figure(("reopened",), first=True),
    "uncertain": Figure(states=(2,), first=True),
}
_RESOLUTIONS = (
    _LENGTHS
    | _REOPENED
    | {
        "stayed_resolved": Figure(
            tuple(Resolution.values), without=("reopened", 2), first=True
        ),
        "left_unanswered": Figure(
            tuple(one for one in Resolution.values if one != Resolution.ANSWERED)
        ),
        **{f"outcomes.{one}": Figure((one,)) for one in Resolution.values},
    }
)
# Those of messages: what became no ticket is in no list.
_ANSWERED = {
    "needs_answer.of": Figure(("needs_answer",)),
    "needs_answer.answered": Figure(("answered",)),
    "addressed.of": Figure(("addressed",)),
    "addressed.answered": Figure(("answered_addressed",)),
    "monitored.of": Figure(("monitored",)),
    "monitored.answered": Figure(("answered",)),
    "waiting": Figure(("waiting",)),
    "deliberately_unanswered.left": Figure(("left_unanswered",)),
    "last_words": Figure(("last_words",)),
}
FIGURES: Mapping[str, Mapping[str, Figure]] = {
    "response-times": _TURNS,
    "service-level": _PROMISES,
    "resolutions": _RESOLUTIONS,
    "reopen-rate": _REOPENED,
    "first-contact-resolution": {
        "answered": Figure(("answered",)),
        "resolved_at_once": Figure(("at_once",)),
    },
    "response-rate": _ANSWERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A figure of one line of a report; `key` is empty where there is none of it."""

    report: str
    figure: str
    start: datetime
    end: datetime
    as_of: datetime
    by: By | None = None
    key: str = ""
    view: Look = Look.COHORT
    clock: Clock = Clock.CALENDAR
    of: Wait = Wait.ALL
    promise: Promise | None = None
    queue: str | None = None
    topic: str | None = None
    channel: str | None = None

    @property
    def what(self) -> Figure:
        return FIGURES[self.report][self.figure]


_NAMES = {"from": "start", "to": "end"}
_PARSED: Mapping[str, Parse] = {
    "report": one_of(*FIGURES),
    "from": moment,
    "to": moment,
    "as_of": moment,
    "by": By,
    "view": Look,
    "clock": Clock,
    "of": Wait,
    "promise": Promise,
    **dict.fromkeys(("figure", "key", "queue", "topic", "channel"), str),
}
_ASKED = {"report", "figure", "from", "to", "as_of"}


def read_counted(text: str) -> Counted:
    """Raises ValueError with a sentence where the text is none of a report's."""
    given = dict(parse_qsl(text))
    if given.keys() - _PARSED or _ASKED - given.keys():
        raise ValueError("Send what a report has as `counted`, with a figure of it.")
    one_of(*FIGURES)(given["report"])
    one_of(*FIGURES[given["report"]])(given["figure"])
    if given["report"] == "service-level" and "promise" not in given:
        raise ValueError("Say of which promise.")
    found = {_NAMES.get(name, name): _PARSED[name](given[name]) for name in given}
    return Counted(**found)
