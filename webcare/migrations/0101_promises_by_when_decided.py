"""Promises are counted by when they were decided as well: kept, or broken.

Whatever changes a turn, a ticket or a clock marks the moments at which its promises
were, and are now, kept or broken.
"""

from importlib import import_module

from django.db import migrations

# As `webcare_late_at`, for an index: it depends on no time zone, since all of them are
# whole minutes away from each other.
LATE = """
CREATE FUNCTION webcare_late_instant(breached_at timestamptz, due_at timestamptz)
    RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(breached_at, to_timestamp(
        (60 * (floor(extract(epoch FROM due_at) / 60) + 1))::double precision))
$$;
"""
_OLD = "now() - interval '2 hours'"
_BEFORE = import_module("webcare.migrations.0086_who_goes_on_is_added_up")
_WORDS = import_module("webcare.migrations.0094_first_words_are_timed")
_MARK = f"""
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT measure, 'event', date_bin('15 minutes', at, 'epoch'), now()
      FROM ({{marked}}) AS marked WHERE at < {_OLD};
    RETURN NULL;"""
_OF_TURN = """CASE t.number WHEN 1 THEN 'first_response_event'
                      ELSE 'next_response_event' END"""


def _marking(sql: str, marked: str) -> str:
    """The same function, that marks these moments of events as well."""
    assert sql.count("    RETURN NULL;") == 1
    return sql.replace("    RETURN NULL;", _MARK.format(marked=marked).lstrip("\n"))


TURNS = _marking(
    _BEFORE.PROMISES,
    f"""
        SELECT {_OF_TURN} AS measure, v.at
          FROM (SELECT id, ticket_id, number, started_at, ended_at FROM gone
                 UNION ALL
                SELECT id, ticket_id, number, started_at, ended_at FROM made) AS t
          LEFT JOIN webcare_clock c ON c.ticket_id = t.ticket_id AND c.turn_id = t.id
         CROSS JOIN LATERAL (VALUES
               (t.ended_at), (webcare_late_instant(c.breached_at, c.due_at))) AS v(at)
         WHERE t.started_at < {_OLD}""",
)
ONGOING = _marking(
    _WORDS.ONGOING,
    f"""
        SELECT {_OF_TURN} AS measure,
               webcare_late_instant(c.breached_at, c.due_at) AS at
          FROM webcare_turn t
          JOIN webcare_clock c ON c.ticket_id = t.ticket_id AND c.turn_id = t.id
         WHERE t.ticket_id = NEW.id AND t.outcome = 'waiting'
         UNION ALL
        SELECT 'resolution_event', v.at FROM webcare_clock c
         CROSS JOIN LATERAL (VALUES
               (webcare_late_instant(c.breached_at, c.due_at)), (c.stopped_at)) AS v(at)
         WHERE c.ticket_id = NEW.id AND c.promise = 'resolution'""",
)
_TICKETS = """
CREATE OR REPLACE FUNCTION webcare_mark_promises_of_ticket() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT 'resolution', 'cohort', date_bin('15 minutes', at, 'epoch'), now()
      FROM unnest(ARRAY[OLD.opened_at, NEW.opened_at]) AS at;
    RETURN NULL;
END $$;
"""
TICKETS = _marking(
    _TICKETS,
    """
        SELECT 'resolution_event' AS measure, v.at FROM webcare_clock c
         CROSS JOIN LATERAL (VALUES
               (webcare_late_instant(c.breached_at, c.due_at)), (c.stopped_at)) AS v(at)
         WHERE c.ticket_id = NEW.id AND c.promise = 'resolution'""",
)
_FIRST = "(c.promise, 'cohort', coalesce(t.started_at, k.opened_at)),"
CLOCKS = _WORDS.CLOCKS.replace(
    _FIRST,
    f"""{_FIRST}
           (c.promise || '_event', 'event',
            webcare_late_instant(c.breached_at, c.due_at)),
           (c.promise || '_event', 'event', c.stopped_at),
           (c.promise || '_event', 'event', t.ended_at),""",
)


def replaced(sql: str, before: str) -> migrations.RunSQL:
    assert sql != before
    return migrations.RunSQL(sql, before)


class Migration(migrations.Migration):
    dependencies = [("webcare", "0100_old_things_go")]

    operations = [
        migrations.RunSQL(LATE, "DROP FUNCTION webcare_late_instant"),
        replaced(TURNS, _BEFORE.PROMISES),
        replaced(ONGOING, _WORDS.ONGOING),
        replaced(TICKETS, _TICKETS),
        replaced(CLOCKS, _WORDS.CLOCKS),
    ]
