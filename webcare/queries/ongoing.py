"""Who still goes on: those that rolls hold, and the others from the facts."""

from collections.abc import Iterator, Mapping

from webcare.domain.reports import By
from webcare.queries import histograms
from webcare.queries.measures import Measure
from webcare.queries.rolls import Plan
from webcare.queries.scopes import FACT_KEYS, NONE, ROLL_KEYS, Scope, key_of, of_facts
from webcare.queries.spans import in_spans

# What a case is of.
OF = "queue, topic, agent, channel, priority"


def live(measure: Measure, scope: Scope, by: By | None, chosen: Plan) -> str:
    """Who goes on at `as_of`: how many of each key and state, and of those who wait the
    last bucket that each has outlasted and the longest of them in seconds.
    """
    sources = list(_sources(measure, scope, by, chosen))
    waited = ""
    if measure.is_timed:
        outlasted = "seconds" if scope.exact else histograms.outlasted("seconds")
        waited = f", ({outlasted})::int AS waited, max(seconds) AS longest"
    return f"""live AS MATERIALIZED (
        SELECT key, state, sum(n) AS n{waited}
          FROM ({" UNION ALL ".join(sources)}) AS each
         WHERE state > 0
         GROUP BY key, state{", waited" * measure.is_timed})"""


def _sources(
    measure: Measure, scope: Scope, by: By | None, chosen: Plan
) -> Iterator[str]:
    """Cases, or many at once that are alike, as `key`, `state`, `n` and `seconds`."""
    timed = measure.is_timed
    yield _of_facts(measure, scope, by, chosen)
    yield _others(scope, by, timed) if by != By.HOUR else _one_by_one(scope, timed)


def _of_facts(measure: Measure, scope: Scope, by: By | None, chosen: Plan) -> str:
    found = f"""
        SELECT {key_of(by)}, queue, at, CASE WHEN changes_at <= %(as_of)s THEN becomes
                                             ELSE state END AS state
          FROM (SELECT *, {scope.view}_at AS at FROM ({measure.running}) AS running)
               AS f
         WHERE {in_spans("live", chosen.live)} AND {of_facts(scope)}"""
    if not measure.is_timed:
        return f"SELECT key, state, 1 AS n FROM ({found}) AS f"
    return f"""SELECT key, state, 1 AS n,
                      CASE WHEN state = 1 THEN {_SO_FAR[scope.clock]} END AS seconds
                 FROM ({found}) AS f {_opening(scope)}"""


def _others(scope: Scope, by: By | None, timed: bool) -> str:
    """Those of rolls of whom nobody asks when they began, counted."""
    return f"""
        SELECT {ongoing_key(by)}, now.state, now.n{_UNTIMED * timed}
          FROM webcare_ongoing f {ROLL_OF_DAYS.get(by, "")}
         CROSS JOIN LATERAL (
               SELECT cardinality(f.begun) AS n,
                      CASE WHEN f.last_change <= %(as_of)s THEN cardinality(f.begun)
                           WHEN f.last_change > %(as_of)s THEN (
                                SELECT count(*)::int FROM unnest(f.changes) AS c(at)
                                 WHERE c.at <= %(as_of)s)
                           ELSE 0 END AS changed OFFSET 0) AS cases
         CROSS JOIN LATERAL (
               VALUES (f.state, cases.n - cases.changed), (f.becomes, cases.changed))
               AS now(state, n)
         WHERE f.roll_id = ANY(%(rolls)s) {_BUT_WAITING * timed} AND now.n > 0
           AND {of_facts(scope)}"""


def _one_by_one(scope: Scope, timed: bool) -> str:
    return f"""
        SELECT {key_of(By.HOUR)}, CASE WHEN f.changes_at <= %(as_of)s THEN f.becomes
                                       ELSE f.state END, 1{_UNTIMED * timed}
          FROM (SELECT {OF}, state, becomes, unnest(begun) AS at,
                       unnest(changes) AS changes_at
                  FROM webcare_ongoing f
                 WHERE roll_id = ANY(%(rolls)s) {_BUT_WAITING * timed}
                   AND (becomes > 0 OR last_change IS NULL
                        OR last_change > %(as_of)s)) AS f
         WHERE {of_facts(scope)}"""


_ROLL = "JOIN webcare_roll r ON r.id = f.roll_id"
ROLL_OF_DAYS: Mapping[By | None, str] = {By.DAY: _ROLL, By.WEEK: _ROLL}
_UNTIMED = ", NULL::bigint"
_BUT_WAITING = "AND f.state <> 1"  # whose length is asked: `queries/rolled_waits.py`


def ongoing_key(by: By | None) -> str:
    """What a row `f` of those that go on is counted under, of its roll `r` by day."""
    found = (ROLL_KEYS if by in ROLL_OF_DAYS else FACT_KEYS)[by]
    return f"coalesce({found}, {NONE})::bigint AS key"


# Each queue's open hours up to now, as lists: when they began, how long they were, and
# how many open seconds there were before. A queue without a calendar is always open.
def _opening(scope: Scope) -> str:
    return _OPENING if scope.clock == "business" else ""


_OPENING = """
    LEFT JOIN json_to_recordset(%(opening)s::json) AS o(
         queue bigint, begins bigint[], lengths bigint[], befores bigint[],
         all_of bigint) ON o.queue = coalesce(f.queue, -1)
    CROSS JOIN LATERAL (SELECT floor(date_part('epoch', f.at))::bigint AS at) AS begun
    CROSS JOIN LATERAL (SELECT width_bucket(begun.at, o.begins) AS n) AS span"""
# As a float, which is exact here and takes a tenth of what a numeric does.
_WALL = "greatest(0, floor(date_part('epoch', %(as_of)s - f.at)))::bigint"
_SO_FAR = {
    "calendar": _WALL,
    "business": f"""CASE WHEN o.queue IS NULL THEN {_WALL}
        WHEN span.n = 0 THEN o.all_of
        ELSE o.all_of - o.befores[span.n]
             - least(begun.at - o.begins[span.n], o.lengths[span.n]) END""",
}
