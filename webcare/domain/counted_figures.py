"""What each figure of a report counts, so that its very tickets can be listed."""

from collections.abc import Mapping
from dataclasses import dataclass

from webcare.domain.outcomes import Resolution
from webcare.domain.reports import EDGES
from webcare.domain.shares import TOO_FEW, TOP
from webcare.domain.surveys import SCORES, Skipped


@dataclass(frozen=True, slots=True)
class Figure:
    """Cases of which one of these `counts` is not none, or that are still in one of
    these `states`; or all that ended after more than `above`, up to `up_to` seconds.

    `least` is of how many answers it is told: below, nothing of it is listed either.
    `without` are counts and states that it leaves out. `of` is the measure whose cases
    they are, where the report does not say it.
    """

    counts: tuple[str, ...] = ()
    states: tuple[int, ...] = ()
    above: int | None = None
    up_to: int | None = None
    without: tuple[str, int] | None = None
    of: str = ""
    least: int = 0


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
    "resolved": Figure(tuple(Resolution.values), of="resolutions"),
    "reopened": Figure(("reopened",), of="resolutions"),
    "uncertain": Figure(states=(2,), of="resolutions"),
}
_RESOLUTIONS = (
    _LENGTHS
    | _REOPENED
    | {
        "stayed_resolved": Figure(
            tuple(Resolution.values), without=("reopened", 2), of="resolutions"
        ),
        "left_unanswered": Figure(
            tuple(one for one in Resolution.values if one != Resolution.ANSWERED)
        ),
        **{f"outcomes.{one}": Figure((one,)) for one in Resolution.values},
    }
)
# Those of messages: what became no ticket is in no list.
_ANSWERED = {
    "needs_answer.of": Figure(("needs_answer",), of="response_rate"),
    "needs_answer.answered": Figure(("answered",), of="response_rate"),
    "addressed.of": Figure(("addressed",), of="response_rate"),
    "addressed.answered": Figure(("answered_addressed",), of="response_rate"),
    "monitored.of": Figure(("monitored",), of="response_rate"),
    "monitored.answered": Figure(("answered",), of="response_rate"),
    "waiting": Figure(("waiting",), of="response_rate"),
    "deliberately_unanswered.left": Figure(("left_unanswered",), of="response_rate"),
    "last_words": Figure(("last_words",), of="response_rate"),
}
_ADDED_VALUE = {
    "conversations": Figure(("conversations",), of="added_value"),
    **{
        f"{one}.count": Figure((one,), of="added_value")
        for one in ("engaged", "added", "harm", "silent")
    },
    "provisional": Figure(("live",), (1,), of="added_value"),
}
_SCORES = {score: f"s{score}" for score in SCORES}
ANSWERED = Figure(tuple(_SCORES.values()))
_SATISFACTION = {
    "answered": ANSWERED,
    "satisfied": Figure(tuple(_SCORES[one] for one in sorted(TOP)), least=TOO_FEW),
    **{f"scores.{n}": Figure((one,), least=TOO_FEW) for n, one in _SCORES.items()},
    "asked": Figure(("asked",)),
    "resolved": Figure(("planned",)),
    "waiting": Figure(("waiting",)),
    **{f"not_asked.{reason}": Figure((reason,)) for reason in Skipped.values},
}
_VOLUME = {
    "messages_in_tickets": Figure(("ticketed",), of="messages"),
    "messages_out": Figure(("sent",), of="messages"),
    "tickets_opened": Figure(("opened",), of="opened"),
}
_AGENTS = {
    **{
        name: one
        for name, one in _TURNS.items()
        if name not in ("left_unanswered", "answered_in_closed_time")
    },
    "answered": Figure(("answered",)),
    "resolved": _REOPENED["resolved"],
    "reopened": _REOPENED["reopened"],
    "handle_seconds": Figure(("seconds",), of="work"),
}
FIGURES: Mapping[str, Mapping[str, Figure]] = {
    "response-times": _TURNS,
    "service-level": _PROMISES,
    "resolutions": _RESOLUTIONS,
    "reopen-rate": _REOPENED,
    "first-contact-resolution": {
        "answered": Figure(("answered",), of="first_contacts"),
        "resolved_at_once": Figure(("at_once",), of="first_contacts"),
    },
    "response-rate": _ANSWERED,
    "added-value": _ADDED_VALUE,
    "satisfaction": _SATISFACTION,
    "volume": _VOLUME,
    "agents": _AGENTS,
}
