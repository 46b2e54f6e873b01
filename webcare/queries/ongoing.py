"""Who still goes on: those that rolls hold, and the others from the facts."""

from webcare.domain.reports import By
from webcare.queries import histograms
from webcare.queries.measures import Measure
from webcare.queries.rolls import Plan
from webcare.queries.scopes import BY_TIME, Scope, key_of, of_facts
from webcare.queries.spans import in_spans

# What a case is of.
OF = "queue, topic, agent, channel, priority"
# Taken apart side by side; a list without moments of change has nulls there.
_ONE_BY_ONE = f"""SELECT {OF}, unnest(begun), state, unnest(changes), becomes, 1
                          FROM webcare_ongoing
                         WHERE roll_id = ANY(%(rolls)s)
                           AND (becomes > 0 OR last_change IS NULL
                                OR last_change > %(as_of)s)"""
# Where nobody asks when they began, those that are all the same by then need not be
# told from each other.
_TOGETHER = f"""{_ONE_BY_ONE} AND last_change > %(as_of)s
                         UNION ALL
                        SELECT {OF}, NULL, state, last_change, becomes,
                               cardinality(begun)
                          FROM webcare_ongoing
                         WHERE roll_id = ANY(%(rolls)s)
                           AND (last_change IS NULL OR last_change <= %(as_of)s)"""


def live(measure: Measure, scope: Scope, by: By | None, chosen: Plan) -> str:
    """Who still goes on: those that rolls hold, and the others from the facts."""
    timed = measure.is_timed
    one_by_one = timed or by in BY_TIME
    so_far = f", CASE WHEN f.state = 1 THEN {_SO_FAR[scope.clock]} END AS seconds"
    outlasted = "seconds" if scope.exact else histograms.outlasted("seconds")
    return f"""live AS MATERIALIZED (
        SELECT key, state, sum(n) AS n
               {f", ({outlasted})::int AS waited, max(seconds) AS longest" * timed}
          FROM (SELECT {key_of(by)}, f.state, f.n{so_far * timed}
                  FROM ({_going(measure, scope, chosen, one_by_one)}) AS f
                  {_OPENING if timed and scope.clock == "business" else ""}
                 WHERE f.state > 0 AND {of_facts(scope)}) AS each
         GROUP BY key, state{", waited" * timed})"""


def _going(measure: Measure, scope: Scope, chosen: Plan, one_by_one: bool) -> str:
    return f"""
        SELECT {OF}, at, n, CASE WHEN changes_at <= %(as_of)s THEN becomes
                                 ELSE state END AS state
          FROM (SELECT {OF}, at, state, changes_at, becomes, 1 AS n
                  FROM (SELECT *, {scope.view}_at AS at
                          FROM ({measure.running}) AS running) AS f
                 WHERE {in_spans("live", chosen.live)}
                 UNION ALL
                {_ONE_BY_ONE if one_by_one else _TOGETHER}) AS each"""


# Each queue's open hours up to now, as lists: when they began, how long they were, and
# how many open seconds there were before. A queue without a calendar is always open.
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
