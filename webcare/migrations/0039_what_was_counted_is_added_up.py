"""Cells of what was counted, and marks of what has changed since.

Triggers write the marks, not those who change facts: whatever changes one, by whatever
way, is followed. What is younger than a day leaves none, for it is never added up.
"""

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models.functions import Now

# Every local day of any zone begins with a quarter of an hour in UTC. `now()` is when
# the transaction began: whoever adds up asks how old the oldest one is.
_MARK = """
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT measure, view, date_bin('15 minutes', at, 'epoch'), now()
      FROM ({marked}) AS marked WHERE at < now() - interval '1 day';"""

RESPONSES = """
    SELECT 'responses' AS measure, v.view, v.at FROM {rows} t
     CROSS JOIN LATERAL (VALUES ('cohort', t.started_at), ('event', t.ended_at))
           AS v(view, at)
     WHERE t.outcome <> 'waiting'"""
# One ending says what the others of its ticket are: the first, the last, a reopened one.
ENDINGS = """
    SELECT m.measure, v.view, v.at
      FROM (SELECT id, opened_at, at FROM {rows}
             UNION
            SELECT e.id, e.opened_at, e.at FROM webcare_ending e
             WHERE e.ticket_id IN (SELECT ticket_id FROM {rows})) AS e
     CROSS JOIN LATERAL (VALUES ('cohort', e.opened_at), ('event', e.at)) AS v(view, at)
     CROSS JOIN (VALUES ('resolutions'), ('endings')) AS m(measure)"""
MESSAGES = """
    SELECT 'messages' AS measure, 'cohort' AS view, posted_at AS at FROM {rows}"""
OPENED = """
    SELECT 'opened' AS measure, 'cohort' AS view, opened_at AS at FROM {rows}"""
# Where a message stands says in which queue it is counted.
STANDING = """
    SELECT 'messages' AS measure, 'cohort' AS view, m.posted_at AS at
      FROM {rows} tm JOIN conversations_message m ON m.id = tm.message_id"""
WORK = """
    SELECT 'work' AS measure, 'cohort' AS view, began_at AS at FROM {rows}"""


def marking(table: str, marked: str, verbs: str = "IUD") -> migrations.RunSQL:
    """Mark by the rows of a table, as they were before and as they are now."""
    name = f"webcare_mark_{table.split('_')[1]}"
    made = _MARK.format(marked=marked.format(rows="made"))
    gone = _MARK.format(marked=marked.format(rows="gone"))
    verb_of = {"I": "INSERT", "U": "UPDATE", "D": "DELETE"}
    rows = {
        "I": "NEW TABLE AS made",
        "U": "OLD TABLE AS gone NEW TABLE AS made",
        "D": "OLD TABLE AS gone",
    }
    forward = f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'DELETE' THEN {made} END IF;
            IF TG_OP <> 'INSERT' THEN {gone} END IF;
            RETURN NULL;
        END $$;""" + "".join(
        f"CREATE TRIGGER {table.split('_')[1]}_is_marked_{verb_of[v].lower()} "
        f"AFTER {verb_of[v]} ON {table} REFERENCING {rows[v]} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}();\n"
        for v in verbs
    )
    back = "".join(
        f"DROP TRIGGER {table.split('_')[1]}_is_marked_{verb_of[v].lower()} ON {table};"
        for v in verbs
    )
    return migrations.RunSQL(forward, f"{back} DROP FUNCTION {name}();")


# A ticket that is put elsewhere takes with it what is counted by where it is. For each
# row, since nearly all changes are of tickets that are younger or stay where they are.
TICKETS = """
CREATE FUNCTION webcare_mark_moved_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT measure, view, date_bin('15 minutes', at, 'epoch'), now() FROM (
        SELECT 'opened' AS measure, 'cohort' AS view, unnest(ARRAY[OLD.opened_at,
                                                                   NEW.opened_at]) AS at
         UNION ALL
        SELECT 'messages', 'cohort', m.posted_at FROM webcare_ticketmessage tm
          JOIN conversations_message m ON m.id = tm.message_id
         WHERE tm.ticket_id = NEW.id
         UNION ALL
        SELECT 'work', 'cohort', began_at FROM webcare_activity WHERE ticket_id = NEW.id
         UNION ALL
        SELECT m.measure, v.view, v.at FROM webcare_ending e
         CROSS JOIN LATERAL (VALUES ('cohort', e.opened_at), ('event', e.at))
               AS v(view, at)
         CROSS JOIN (VALUES ('resolutions'), ('endings')) AS m(measure)
         WHERE e.ticket_id = NEW.id
           AND OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id
    ) AS marked WHERE at < now() - interval '1 day';
    RETURN NULL;
END $$;
CREATE TRIGGER moved_ticket_is_marked
    AFTER UPDATE OF queue_id, topic_id, priority, merged_into_id, opened_at
    ON webcare_ticket FOR EACH ROW
    WHEN (OLD.opened_at < now() - interval '1 day'
          AND (OLD.queue_id, OLD.topic_id, OLD.priority, OLD.merged_into_id,
               OLD.opened_at)
              IS DISTINCT FROM (NEW.queue_id, NEW.topic_id, NEW.priority,
                                NEW.merged_into_id, NEW.opened_at))
    EXECUTE FUNCTION webcare_mark_moved_ticket();
"""
NO_TICKETS = """
DROP TRIGGER moved_ticket_is_marked ON webcare_ticket;
DROP FUNCTION webcare_mark_moved_ticket();
"""


def buckets(kind: models.Field) -> ArrayField:
    return ArrayField(kind, default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0011_checked_beside_the_work"),
        ("webcare", "0038_time_is_counted_by_a_calendar"),
    ]

    operations = [
        migrations.CreateModel(
            name="Roll",
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
                ("measure", models.CharField(max_length=20)),
                ("view", models.CharField(max_length=6)),
                ("grain", models.CharField(max_length=5)),
                ("start", models.DateField()),
                ("zone", models.CharField(max_length=40)),
                ("from_at", models.DateTimeField()),
                ("to_at", models.DateTimeField()),
                ("known_until", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("measure", "view", "grain", "start"), name="roll_is_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("view__in", ["cohort", "event"])),
                        name="roll_view_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grain__in", ["day", "month"])),
                        name="roll_grain_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "roll",
                        "dimension",
                        "queue",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "roll",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webcare.roll",
                    ),
                ),
                ("dimension", models.CharField(max_length=8)),
                ("queue", models.BigIntegerField()),
                ("key", models.BigIntegerField()),
                ("counts", ArrayField(models.BigIntegerField(), size=None)),
                ("calendar_buckets", buckets(models.SmallIntegerField())),
                ("calendar_cases", buckets(models.IntegerField())),
                ("business_buckets", buckets(models.SmallIntegerField())),
                ("business_cases", buckets(models.IntegerField())),
            ],
        ),
        migrations.CreateModel(
            name="Mark",
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
                ("measure", models.CharField(max_length=20)),
                ("view", models.CharField(max_length=6)),
                ("quarter", models.DateTimeField()),
                ("at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["measure", "view", "quarter"], name="mark_of_quarter"
                    )
                ],
            },
        ),
        marking("webcare_turn", RESPONSES),
        marking("webcare_ending", ENDINGS),
        marking("webcare_activity", WORK),
        marking("conversations_message", MESSAGES, "ID"),
        marking("webcare_ticketmessage", STANDING),
        marking("webcare_ticket", OPENED, "ID"),
        migrations.RunSQL(TICKETS, NO_TICKETS),
    ]
