"""The tickets behind a figure: of the very cases that its report counts."""

from dataclasses import replace
from typing import Any, NamedTuple

from django.conf import settings

from webcare.domain.counted import Counted
from webcare.domain.counted_figures import ANSWERED, Figure
from webcare.domain.reports import Wait
from webcare.models import User
from webcare.queries.measures import Measure
from webcare.queries.measures.all import ROLLED
from webcare.queries.reports import WAITS, Asked, Period, key_number, look, scope
from webcare.queries.satisfaction import SURVEYS
from webcare.queries.scopes import FACT_KEYS, NONE, of_facts


class Behind(NamedTuple):
    """`source` selects `ticket_id` of each case, with values of these names."""

    source: str
    values: dict[str, Any]


def tickets_of(user: User, counted: Counted) -> Behind:
    """Return where the tickets of a figure's cases are, as far as the report is theirs.

    Two statements at most. Raises NotAllowed, Invalid where a name means nothing.
    """
    if counted.report == "satisfaction":
        where, values = _among(user, counted)
        return Behind(_of_surveys(counted, where), values)
    measure = _measure(counted)
    counted = replace(counted, view=look(measure, counted.view))
    where, values = _among(user, counted)
    # Those that went on first: they are few, and have an index of their own.
    parts = [_going(measure, counted, where), _ended(measure, counted, where)]
    found = " UNION ALL ".join(part for part in parts if part)
    return Behind(found or _NOTHING, values)


_NOTHING = "SELECT NULL::bigint AS ticket_id WHERE false"


def _among(user: User, counted: Counted) -> tuple[str, dict[str, Any]]:
    """Return which cases `f` are of the line, as far as they are theirs."""
    given = scope(user, _asked(counted))
    values = {
        "as_of": counted.as_of,
        "since": counted.as_of,
        "start": counted.start,
        "end": counted.end,
        "zone": settings.DESK_TIME_ZONE,
        "key": key_number(counted.by, counted.key),
        "queues": list(given.queues or ()),
        "topics": list(given.topics or ()),
        "channel": given.channel,
    }
    where = f"""f.at >= %(start)s AND f.at < %(end)s AND {of_facts(given)}
           AND coalesce({FACT_KEYS[counted.by]}, {NONE}) = %(key)s"""
    return where, values


def _of_surveys(counted: Counted, where: str) -> str:
    """As they are by now, and nothing of too few answers."""
    cases = f"FROM ({SURVEYS[counted.view].select}) AS f WHERE {where}"
    found = f"SELECT f.ticket AS ticket_id {cases} AND {_any_of(counted.what)}"
    if not counted.what.least:
        return found
    answers = f"SELECT count(*) {cases} AND {_any_of(ANSWERED)}"
    return f"{found} AND ({answers}) >= {counted.what.least}"


def _any_of(figure: Figure) -> str:
    return f"({' OR '.join(f'f.{one} > 0' for one in figure.counts)})"


def _measure(counted: Counted) -> Measure:
    if counted.what.of:
        return ROLLED[counted.what.of]
    match counted.report:
        case "response-times":
            return ROLLED[WAITS[Wait(counted.of)]]
        case "service-level":
            by_event = "_event" * (counted.view == "event")
            return ROLLED[f"{counted.promise}{by_event}"]
        case "agents":
            return ROLLED["responses"]
    return ROLLED["endings"]


def _asked(counted: Counted) -> Asked:
    return Asked(
        period=Period(counted.start, counted.end),
        as_of=counted.as_of,
        by=counted.by,
        view=counted.view,
        queue=counted.queue,
        topic=counted.topic,
        channel=counted.channel,
    )


def _ended(measure: Measure, counted: Counted, where: str) -> str:
    """Cases that have ended, or that are of what is known for good."""
    figure, length = counted.what, f"f.{counted.clock.value}"
    any_of = [f'f."{one}" > 0' for one in figure.counts if one in measure.counts]
    if figure.above is not None:
        below = f" AND {length} <= {figure.up_to}" if figure.up_to else ""
        any_of.append(f"({length} > {figure.above}{below})")
    if not any_of:
        return ""
    but = ""
    if figure.without:
        count, state = figure.without
        but = f"""AND f."{count}" = 0
           AND f.ticket NOT IN (SELECT ticket FROM ({_running(measure)}) AS r
                                 WHERE state = {state})"""
    return f"""SELECT f.ticket AS ticket_id
          FROM ({measure.select(counted.view)}) AS f
         WHERE {where} AND f.ticket IS NOT NULL AND ({" OR ".join(any_of)}) {but}"""


def _going(measure: Measure, counted: Counted, where: str) -> str:
    """Cases that still went on then, and what they were."""
    if not (measure.running and counted.what.states):
        return ""
    states = ", ".join(map(str, counted.what.states))
    return f"""SELECT f.ticket AS ticket_id
          FROM (SELECT *, {counted.view}_at AS at FROM ({_running(measure)}) AS r) AS f
         WHERE {where} AND f.state IN ({states})"""


def _running(measure: Measure) -> str:
    return f"""SELECT cohort_at, event_at, queue, topic, agent, channel, priority,
               ticket, CASE WHEN changes_at <= %(as_of)s THEN becomes
                            ELSE state END AS state
          FROM ({measure.running}) AS running"""
