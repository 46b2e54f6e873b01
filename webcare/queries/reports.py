"""Reports: whose figures they are, and what each of them says of its measures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from webcare.domain.outcomes import Priority, Promise, Resolution
from webcare.domain.permissions import Permission
from webcare.domain.reports import By, Clock, Look, Times, Wait, share
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import User
from webcare.queries import cells
from webcare.queries.cells import Row
from webcare.queries.measures import Measure
from webcare.queries.measures.all import ROLLED
from webcare.queries.people import EVERYWHERE, Rights
from webcare.queries.rolls import Span as Period
from webcare.queries.scopes import NONE, Scope

__all__ = ["Asked", "Line", "Period", "lines", "resolutions", "response_times"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for: a period, as it was known at a settled moment."""

    period: Period
    as_of: datetime
    by: By | None = None
    view: Look = Look.COHORT
    clock: Clock = Clock.CALENDAR
    queue: str | None = None
    topic: str | None = None
    channel: str | None = None
    exact: bool = False
    of: Wait = Wait.ALL

    @property
    def of_agents(self) -> "Asked":
        return replace(self, by=By.AGENT)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report; `key` is None where there is nothing of the kind."""

    key: str | None
    counts: Mapping[str, int]
    times: Times = Times()


def response_times(user: User, asked: Asked) -> list[Line]:
    """Return how long authors waited for an answer, or for the first word of us.

    From the earliest unanswered message to the platform's acceptance of our answer.
    By cohort, a turn without an end is counted as waiting until `as_of`; by event,
    only what ended is there. Raises NotAllowed, Invalid.
    """
    return lines(user, ROLLED[WAITS[asked.of]], asked)


WAITS = {
    Wait.ALL: "responses",
    Wait.FIRST: "first_responses",
    Wait.NEXT: "next_responses",
    Wait.ACKNOWLEDGEMENT: "acknowledgements",
}


def resolutions(user: User, asked: Asked) -> list[tuple[Line, Line]]:
    """Return how long tickets took: to the last ending that stands, to the first.

    By cohort, tickets that were opened in the period, live ones as waiting. Those
    closed without an answer are counted and not timed. Raises NotAllowed, Invalid.
    """
    last = {line.key: line for line in lines(user, ROLLED["endings"], asked)}
    first = {line.key: line for line in lines(user, ROLLED["resolutions"], asked)}
    keys = ordered({*first, *last})
    return [
        (
            last.get(key) or _nothing(ROLLED["endings"], key),
            first.get(key) or _nothing(ROLLED["resolutions"], key),
        )
        for key in keys
    ]


def _nothing(measure: Measure, key: str | None) -> Line:
    return Line(key, dict.fromkeys((*measure.columns, *measure.running_counts), 0))


class Rate(NamedTuple):
    """Of `resolved` tickets, so many were reopened within STAYED_DAYS of an ending.

    Those of `uncertain` can still be: then the rate is provisional.
    """

    key: str | None
    resolved: int
    reopened: int
    uncertain: int

    @property
    def rate(self) -> float | None:
        return share(self.reopened, self.resolved)


def reopen_rates(user: User, asked: Asked) -> list[Rate]:
    """Return how many tickets came back, of those first resolved in the period.

    By cohort: of those opened in it. Raises NotAllowed, Invalid.
    """
    return [
        Rate(
            line.key,
            sum(line.counts[name] for name in Resolution.values),
            line.counts["reopened"],
            line.counts["uncertain"],
        )
        for line in lines(user, ROLLED["resolutions"].untimed, asked)
    ]


def volume(user: User, asked: Asked) -> list[Line]:
    """Return how much came in and went out: messages, and tickets opened.

    Messages by when they were posted; those in no ticket are in no queue, no topic and
    of no priority. Raises NotAllowed, Invalid by agent.
    """
    if asked.by == By.AGENT:
        raise Invalid(by=_("What came in is nobody's: ask the report of agents."))
    return _together(user, asked, "messages", "opened")


def agents(user: User, asked: Asked) -> list[Line]:
    """Return what each agent did: turns answered, tickets resolved, seconds of work.

    Raises NotAllowed, where the organisation wants no figures of people as well.
    """
    found = _together(user, asked.of_agents, "responses", "resolutions", "work")
    return [line for line in found if line.key is not None]


def _together(user: User, asked: Asked, *names: str) -> list[Line]:
    """Lines of several measures as one; the times are those of the first."""
    counts: dict[str | None, dict[str, int]] = {}
    times: dict[str | None, Times] = {}
    for name in names:
        measure = ROLLED[name] if name == names[0] else ROLLED[name].untimed
        seen = replace(asked, view=look(measure, asked.view))
        for line in lines(user, measure, seen):
            nothing = dict.fromkeys(_counted(names), 0)
            counts.setdefault(line.key, nothing).update(
                {f"{name}.{count}": n for count, n in line.counts.items()}
            )
            if name == names[0]:
                times[line.key] = line.times
    return [Line(key, counts[key], times.get(key, Times())) for key in ordered(counts)]


def look(measure: Measure, view: Look) -> Look:
    """Return the view, or by when cases began where a measure has no other."""
    return view if view in measure.views else Look.COHORT


def _counted(names: Iterable[str]) -> list[str]:
    measures = [ROLLED[name] for name in names]
    return [
        f"{one.name}.{count}"
        for one in measures
        for count in (*one.columns, *one.running_counts)
    ]


def first_contacts(user: User, asked: Asked) -> list[Line]:
    """Return how many answered tickets needed no second answer, of those resolved.

    Of what was first resolved in the period (by cohort: opened in it), once seven days
    have passed since; the rest is in no line yet. Raises NotAllowed, Invalid.
    """
    return lines(user, ROLLED["first_contacts"], asked)


def service_level(user: User, asked: Asked) -> list[tuple[Promise, Line]]:
    """Return how promises were kept whose clocks began in the period.

    By event: those that were kept in it, and those whose time passed in it.
    Raises NotAllowed, Invalid.
    """
    if asked.view == Look.EVENT:
        return _decided(user, asked)
    return [
        (promise, line)
        for promise in Promise
        for line in lines(user, ROLLED[promise.value], asked)
    ]


def _decided(user: User, asked: Asked) -> list[tuple[Promise, Line]]:
    """The same counts; nothing that is not due yet is decided."""
    found = []
    for promise in Promise:
        for line in lines(user, ROLLED[f"{promise.value}_event"], asked):
            is_open = line.counts["breached_and_open"]
            ended = line.counts["breached"] - is_open
            counts = {**line.counts, "breached": ended, "not_due": 0}
            found.append((promise, replace(line, counts=counts)))
    return found


def lines(user: User, measure: Measure, asked: Asked) -> list[Line]:
    """Return one line per key of a measure, with names for keys, in their order.

    Raises NotAllowed where the user may see no such figures, Invalid where a name
    means nothing.
    """
    rows = cells.read(measure, scope(user, asked), asked.by)
    names = names_of(asked.by, [row.key for row in rows if row.key is not None])
    found = [
        Line(
            None if row.key is None else names.get(row.key),
            row.counts,
            _times(row, asked),
        )
        for row in rows
    ]
    return sorted(found, key=lambda line: (line.key is None, line.key or ""))


def ordered(keys: Iterable[str | None]) -> list[str | None]:
    return sorted(keys, key=lambda key: (key is None, key or ""))


def scope(user: User, asked: Asked) -> Scope:
    """Whose figures: those of the queues in which this person may see reports.

    One statement where names are given.
    """
    known = _known(asked)
    return Scope(
        queues=_queues(user, asked, known),
        period=asked.period,
        as_of=asked.as_of,
        view=asked.view.value,
        clock=asked.clock.value,
        topics=known.get("topic"),
        channel=known["channel"][0] if "channel" in known else None,
        exact=asked.exact,
    )


def _queues(
    user: User, asked: Asked, known: Mapping[str, tuple[int, ...]]
) -> tuple[int, ...] | None:
    rights = Rights.of(user)
    queues = rights.where(Permission.SEE_REPORTS)
    if asked.by == By.AGENT:
        if not settings.AGENT_FIGURES:
            raise NotAllowed
        queues = _both(queues, rights.where(Permission.SEE_PEOPLE))
    if "queue" in known:
        queues = _both(queues, set(known["queue"]))
    if not queues:
        raise NotAllowed
    if EVERYWHERE in queues:
        return None
    return tuple(sorted(queue for queue in queues if queue is not None))


def _both(one: set[int | None], other: set[int | None]) -> set[int | None]:
    """The queues in both, where None stands for all of them."""
    if EVERYWHERE in one:
        return other
    return one if EVERYWHERE in other else one & other


_IDS = {
    "queue": "SELECT id FROM webcare_queue WHERE slug = %(queue)s",
    "topic": """WITH RECURSIVE below AS (
                    SELECT id FROM webcare_topic WHERE slug = %(topic)s
                     UNION SELECT t.id FROM webcare_topic t
                             JOIN below ON below.id IN (t.parent_id,
                                                        t.merged_into_id))
                SELECT id FROM below""",
    "channel": "SELECT id FROM conversations_channel WHERE slug = %(channel)s",
}


def _known(asked: Asked) -> dict[str, tuple[int, ...]]:
    """Return the ids that the names given mean; a topic means those below it too."""
    given = {name: getattr(asked, name) for name in _IDS if getattr(asked, name)}
    if not given:
        return {}
    columns = ", ".join(f"ARRAY({_IDS[name]})" for name in given)
    [row] = fetch(f"SELECT {columns}", given)
    known = {name: tuple(ids) for name, ids in zip(given, row, strict=True)}
    if unknown := [name for name, ids in known.items() if not ids]:
        raise Invalid(**dict.fromkeys(unknown, _("There is no such thing.")))
    return known


def _times(row: Row, asked: Asked) -> Times:
    total = row.counts.get(f"{asked.clock}_sum", 0)
    return Times(
        ended=row.ended,
        waiting=row.waiting,
        longest_waiting=row.longest,
        mean=total / row.ended if row.ended else None,
        percentiles=row.percentiles,
        buckets=row.buckets,
    )


_NAMES = {
    By.QUEUE: "SELECT id, slug FROM webcare_queue",
    By.TOPIC: "SELECT id, slug FROM webcare_topic",
    By.CHANNEL: "SELECT id, slug FROM conversations_channel",
    By.AGENT: "SELECT id, public_id::text FROM webcare_user",
}


def names_of(by: By | None, keys: Sequence[int]) -> Mapping[int, str | None]:
    """What clients know a key by: one statement where it is a row."""
    if by in _NAMES:
        return dict(fetch(f"{_NAMES[by]} WHERE id = ANY(%s)", [list(keys)]))
    return {key: _name(by, key) for key in keys}


def key_number(by: By | None, key: str) -> int:
    """Return the number of a key that clients know by this name: one statement where
    it is a row. Raises Invalid where it means nothing."""
    if by is None:
        return 0
    if not key:
        return NONE
    try:
        return _NUMBERS[by](key) if by in _NUMBERS else _row_named(by, key)
    except ValueError:
        raise Invalid(key=_("There is no such thing.")) from None


def _row_named(by: By, key: str) -> int:
    select = _NAMES[by]
    column = select.removeprefix("SELECT id, ").split(" FROM ")[0]
    found = fetch(f"{select} WHERE {column} = %s", [key])
    if not found:
        raise ValueError
    return int(found[0][0])


_FIRST_DAY = date(2000, 1, 1)
_NUMBERS: Mapping[By, Callable[[str], int]] = {
    By.PRIORITY: Priority.values.index,
    By.HOUR: int,
    By.DAY: lambda key: (date.fromisoformat(key) - _FIRST_DAY).days,
    By.WEEK: lambda key: (date.fromisoformat(key) - _FIRST_DAY).days,
}


def _name(by: By | None, key: int) -> str | None:
    match by:
        case By.PRIORITY:
            return Priority.values[key]
        case By.HOUR:
            return f"{key:02}"
        case By.DAY:
            return f"{day_of(key):%Y-%m-%d}"
        case By.WEEK:
            return f"{day_of(key):%G-W%V}"
    return None


def day_of(number: int) -> date:
    """Return the day that a line by day or week has as its key."""
    return _FIRST_DAY + timedelta(days=number)


def outcomes(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add up what became of tickets, over lines: outcome -> how many."""
    found = dict.fromkeys(Resolution.values, 0)
    for one in counts:
        for name in found:
            found[name] += one[name]
    return found
