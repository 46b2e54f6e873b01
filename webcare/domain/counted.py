"""Which tickets a figure of a report counts: the question, as a text of an address.

A report gives the text without `figure`, and without `key` and `promise` of its lines;
whoever shows a figure adds them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _

from webcare.domain.counted_figures import FIGURES, Figure
from webcare.domain.outcomes import Promise
from webcare.domain.parameters import Parse, moment, one_of
from webcare.domain.reports import By, Clock, Look, Wait

LONGEST = 500  # characters of such a text


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
        raise ValueError(_("Send what a report has as `counted`, with a figure of it."))
    one_of(*FIGURES)(given["report"])
    one_of(*FIGURES[given["report"]])(given["figure"])
    if given["report"] == "service-level" and "promise" not in given:
        raise ValueError(_("Say of which promise."))
    found = {_NAMES.get(name, name): _PARSED[name](given[name]) for name in given}
    if given["report"] == "agents":
        found["by"] = By.AGENT
    return Counted(**found)
