"""Hours are added up as well, and of every roll, beside what is over, who goes on.

So whatever changes one who goes on leaves a mark, too, and a fact leaves marks from
when it is two hours old, not only from a day. Rolls that are there hold less; they are
read for what they hold until they are made again.
"""

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

_MARK = """
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT measure, view, date_bin('15 minutes', at, 'epoch'), now()
      FROM ({marked}) AS marked WHERE at < {old};"""
HOURS = "now() - interval '2 hours'"

# As in 0061, of those who wait as well.
TURNS = """
    SELECT 'responses' AS measure, v.view, v.at FROM {rows} t
     CROSS JOIN LATERAL (VALUES ('cohort', t.started_at), ('event', t.ended_at))
           AS v(view, at)
     UNION ALL
    SELECT 'response_rate', 'cohort', m.posted_at FROM {rows} t
      JOIN webcare_ticketmessage tm
           ON tm.origin_ticket_id = t.ticket_id AND tm.ticket_id = t.ticket_id
      JOIN conversations_message m ON m.id = tm.message_id
     WHERE t.started_at < {old} AND m.posted_at >= t.started_at
     UNION ALL
    SELECT 'response_rate', 'cohort', m.posted_at FROM {rows} t
      JOIN webcare_ticketmessage tm
           ON tm.origin_ticket_id = t.ticket_id AND tm.ticket_id <> tm.origin_ticket_id
      JOIN conversations_message m ON m.id = tm.message_id
     WHERE t.started_at < {old} AND m.posted_at >= t.started_at
     UNION ALL
    SELECT 'added_value', 'cohort', k.opened_at FROM {rows} t
      JOIN webcare_ticket k ON k.id = t.ticket_id
     WHERE t.number = 1 AND t.started_at < {old}"""
# As in 0042, of those who wait as well.
PROMISES = f"""
CREATE OR REPLACE FUNCTION webcare_mark_promises_of_turns() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT CASE number WHEN 1 THEN 'first_response' ELSE 'next_response' END,
           'cohort', date_bin('15 minutes', started_at, 'epoch'), now()
      FROM (SELECT number, started_at FROM gone
             UNION ALL SELECT number, started_at FROM made) AS t
     WHERE started_at < {HOURS};
    RETURN NULL;
END $$;
"""
# Where a ticket has its first ending it goes on no more.
ENDINGS = """
    SELECT m.measure, v.view, v.at
      FROM (SELECT id, opened_at, at FROM {rows}
             UNION
            SELECT e.id, e.opened_at, e.at FROM webcare_ending e
             WHERE e.ticket_id IN (SELECT ticket_id FROM {rows})
             UNION
            SELECT NULL, k.opened_at, NULL FROM webcare_ticket k
             WHERE k.id IN (SELECT ticket_id FROM {rows})) AS e
     CROSS JOIN LATERAL (VALUES ('cohort', e.opened_at), ('event', e.at)) AS v(view, at)
     CROSS JOIN (VALUES ('resolutions'), ('endings')) AS m(measure)"""
TICKETS = """
    SELECT m.measure, 'cohort' AS view, opened_at AS at FROM {rows}
     CROSS JOIN (VALUES ('opened'), ('added_value'), ('endings'), ('resolutions'))
           AS m(measure)"""


def _marking(table: str, marked: str) -> str:
    """The function by which statements on a table mark."""
    made, gone = (
        _MARK.format(marked=marked.format(rows=rows, old=HOURS), old=HOURS)
        for rows in ("made", "gone")
    )
    return f"""
        CREATE OR REPLACE FUNCTION webcare_mark_{table}() RETURNS trigger
            LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'DELETE' THEN {made} END IF;
            IF TG_OP <> 'INSERT' THEN {gone} END IF;
            RETURN NULL;
        END $$;"""


# Of a clock that is changed, only what is said of it matters: from when it is late, and
# when it stopped. Telling of a breach changes nothing.
_OF_CLOCKS = """
    SELECT v.measure, v.view, v.at
      FROM (SELECT * FROM ({rows}) AS c WHERE started_at < {old}) AS c
      JOIN webcare_ticket k ON k.id = c.ticket_id
      LEFT JOIN webcare_turn t ON t.id = c.turn_id
     CROSS JOIN LATERAL (VALUES
           (c.promise, 'cohort', coalesce(t.started_at, k.opened_at)),
           ('responses', 'cohort',
            CASE WHEN t.outcome <> 'waiting' THEN t.started_at END),
           ('responses', 'event', t.ended_at)) AS v(measure, view, at)"""
_CHANGED = """SELECT {one}.* FROM made JOIN gone USING (id)
             WHERE (webcare_late_at(made.breached_at, made.due_at), made.stopped_at,
                    made.ticket_id, made.turn_id)
                   IS DISTINCT FROM
                   (webcare_late_at(gone.breached_at, gone.due_at), gone.stopped_at,
                    gone.ticket_id, gone.turn_id)"""


def _clocks(rows: str) -> str:
    marked = _OF_CLOCKS.format(rows=rows, old=HOURS)
    return _MARK.format(marked=marked, old=HOURS)


CLOCKS = f"""
CREATE OR REPLACE FUNCTION webcare_mark_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {_clocks("SELECT * FROM made")}
    ELSIF TG_OP = 'DELETE' THEN {_clocks("SELECT * FROM gone")}
    ELSE {_clocks(_CHANGED.format(one="made"))} {_clocks(_CHANGED.format(one="gone"))}
    END IF;
    RETURN NULL;
END $$;
"""

# A ticket that lives, or a turn that waits, is where its ticket is.
ONGOING = """
CREATE FUNCTION webcare_mark_ongoing_of_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT measure, 'cohort', date_bin('15 minutes', at, 'epoch'), now() FROM (
        SELECT m.measure, unnest(ARRAY[OLD.opened_at, NEW.opened_at]) AS at
          FROM (VALUES ('endings'), ('resolutions')) AS m(measure)
         UNION ALL
        SELECT m.measure, t.started_at FROM webcare_turn t
         CROSS JOIN LATERAL (VALUES
               ('responses'), (CASE t.number WHEN 1 THEN 'first_response'
                                             ELSE 'next_response' END)) AS m(measure)
         WHERE t.ticket_id = NEW.id AND t.outcome = 'waiting'
    ) AS marked WHERE at < now() - interval '2 hours';
    RETURN NULL;
END $$;
CREATE TRIGGER changed_ticket_marks_who_goes_on
    AFTER UPDATE OF queue_id, topic_id, priority, agent_id, status, merged_into_id,
                    opened_at
    ON webcare_ticket FOR EACH ROW
    WHEN (OLD.opened_at < now() - interval '2 hours'
          AND NOT (OLD.status IN ('resolved', 'closed')
                   AND NEW.status IN ('resolved', 'closed'))
          AND (OLD.queue_id, OLD.topic_id, OLD.priority, OLD.agent_id,
               OLD.merged_into_id, OLD.opened_at, OLD.status IN ('resolved', 'closed'))
              IS DISTINCT FROM (NEW.queue_id, NEW.topic_id, NEW.priority, NEW.agent_id,
                                NEW.merged_into_id, NEW.opened_at,
                                NEW.status IN ('resolved', 'closed')))
    EXECUTE FUNCTION webcare_mark_ongoing_of_ticket();
"""
NOT_ONGOING = """
DROP TRIGGER changed_ticket_marks_who_goes_on ON webcare_ticket;
DROP FUNCTION webcare_mark_ongoing_of_ticket();
"""

# All other functions and triggers as they are, but for the two hours. Replacing those
# on tickets waits for whoever writes by the old ones.
SOONER = """
DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT pg_get_functiondef(oid) AS def FROM pg_proc
                WHERE proname LIKE 'webcare\\_mark\\_%' LOOP
        EXECUTE replace(one.def, 'interval ''1 day''', 'interval ''2 hours''');
    END LOOP;
    FOR one IN SELECT pg_get_triggerdef(t.oid) AS def FROM pg_trigger t
                 JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE p.proname LIKE 'webcare\\_mark\\_%' LOOP
        IF one.def LIKE '%''1 day''::interval%' THEN
            EXECUTE replace(replace(one.def, '''1 day''::interval',
                                    '''2 hours''::interval'),
                            'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER');
        END IF;
    END LOOP;
END $$;
"""
# What is decided within a day is not decided yet when an hour is added up.
DECIDED_LATER = """
INSERT INTO webcare_mark (measure, view, quarter, at)
SELECT DISTINCT 'first_contacts', 'cohort', date_bin('15 minutes', opened_at, 'epoch'),
       at + interval '7 days'
  FROM webcare_ending
 WHERE number = 1 AND at > opened_at + interval '2 hours'
   AND at <= opened_at + interval '1 day' AND at > now() - interval '7 days';
"""


def array(kind: models.Field, **given: object) -> ArrayField:
    return ArrayField(kind, size=None, **given)


class Migration(migrations.Migration):
    dependencies = [("webcare", "0085_approvals_are_news")]

    operations = [
        migrations.AddField(
            model_name="roll",
            name="scheme",
            field=models.SmallIntegerField(db_default=1),
        ),
        migrations.AddConstraint(
            model_name="roll",
            constraint=models.UniqueConstraint(
                fields=("measure", "view", "grain", "start", "from_at"),
                name="roll_is_one_of_its_time",
            ),
        ),
        migrations.RemoveConstraint(model_name="roll", name="roll_is_one"),
        migrations.RemoveConstraint(model_name="roll", name="roll_grain_is_known"),
        migrations.AddConstraint(
            model_name="roll",
            constraint=models.CheckConstraint(
                condition=models.Q(("grain__in", ["hour", "day", "month"])),
                name="roll_grain_is_known",
            ),
        ),
        migrations.CreateModel(
            name="Ongoing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "roll",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webcare.roll",
                    ),
                ),
                ("queue", models.BigIntegerField(null=True)),
                ("topic", models.BigIntegerField(null=True)),
                ("agent", models.BigIntegerField(null=True)),
                ("channel", models.BigIntegerField(null=True)),
                ("priority", models.CharField(max_length=6)),
                ("state", models.SmallIntegerField()),
                ("becomes", models.SmallIntegerField()),
                ("begun", array(models.DateTimeField())),
                ("changes", array(models.DateTimeField(null=True), default=list)),
                ("last_change", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="HourCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "roll",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webcare.roll",
                    ),
                ),
                ("queue", models.BigIntegerField(null=True)),
                ("topic", models.BigIntegerField(null=True)),
                ("agent", models.BigIntegerField(null=True)),
                ("channel", models.BigIntegerField(null=True)),
                ("priority", models.CharField(max_length=6)),
                ("counts", array(models.BigIntegerField())),
                ("calendar", array(models.SmallIntegerField(), default=list)),
                ("business", array(models.SmallIntegerField(), default=list)),
            ],
        ),
        migrations.RunSQL(_marking("turn", TURNS), migrations.RunSQL.noop),
        migrations.RunSQL(PROMISES, migrations.RunSQL.noop),
        migrations.RunSQL(_marking("ending", ENDINGS), migrations.RunSQL.noop),
        migrations.RunSQL(_marking("ticket", TICKETS), migrations.RunSQL.noop),
        migrations.RunSQL(CLOCKS, migrations.RunSQL.noop),
        migrations.RunSQL(ONGOING, NOT_ONGOING),
        migrations.RunSQL(SOONER, migrations.RunSQL.noop),
        migrations.RunSQL(DECIDED_LATER, migrations.RunSQL.noop),
    ]
