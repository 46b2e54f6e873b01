"""First answers, further ones and first words have figures of their own.

An acknowledgement remembers the calendar by which its open hours are counted, and what
changes a turn marks the days of these figures too.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

# As in 0038, and since 0051 by the time of the statement.
_KEPT = import_module(
    "webcare.migrations.0038_time_is_counted_by_a_calendar"
).KEEP.replace("now()", "statement_timestamp()")
_COLUMNS = "acknowledged_at, acknowledged_known_at,"
_MORE = """acknowledged_calendar_id, acknowledged_business_seconds,
    acknowledged_in_hours,"""
_OLD = ", ".join(f"OLD.{name.strip()}" for name in _MORE.split(",") if name.strip())
KEPT = _KEPT.replace(_COLUMNS, f"{_COLUMNS} {_MORE}").replace(
    "OLD.acknowledged_known_at, ", f"OLD.acknowledged_known_at, {_OLD}, "
)

_MARKS = import_module("webcare.migrations.0086_who_goes_on_is_added_up")
# Each turn is one of all, and the first or a later one.
_KINDS = """CASE {turn}.number WHEN 1 THEN 'first_responses'
                                  ELSE 'next_responses' END"""
TURNS = f"""{_MARKS.TURNS}
     UNION ALL
    SELECT {_KINDS.format(turn="t")}, v.view, v.at FROM {{rows}} t
     CROSS JOIN LATERAL (VALUES ('cohort', t.started_at), ('event', t.ended_at))
           AS v(view, at)
     UNION ALL
    SELECT 'acknowledgements', v.view, v.at FROM {{rows}} t
     CROSS JOIN LATERAL (VALUES ('cohort', t.started_at), ('event', t.ended_at),
                                ('event', t.acknowledged_at)) AS v(view, at)
     WHERE t.number = 1"""

# Of a clock only whether its turn kept the promise: nobody promises first words.
_OF_RESPONSES = """('responses', 'cohort',
            CASE WHEN t.outcome <> 'waiting' THEN t.started_at END),
           ('responses', 'event', t.ended_at)"""
_OF_KINDS = _OF_RESPONSES.replace("'responses'", _KINDS.format(turn="t"))
CLOCKS = _MARKS.CLOCKS.replace(
    _OF_RESPONSES, f"{_OF_RESPONSES},\n           {_OF_KINDS}"
)

# Who was acknowledged and waits on is where the ticket is.
_WAITING = """SELECT m.measure, t.started_at FROM webcare_turn t"""
ONGOING = (
    _MARKS.ONGOING[: _MARKS.ONGOING.index("CREATE TRIGGER")]
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace(
        "SELECT DISTINCT measure, 'cohort', date_bin",
        "SELECT DISTINCT measure, view, date_bin",
    )
    .replace(
        "SELECT m.measure, unnest(ARRAY[OLD.opened_at, NEW.opened_at]) AS at",
        "SELECT m.measure, 'cohort' AS view,\n"
        "               unnest(ARRAY[OLD.opened_at, NEW.opened_at]) AS at",
    )
    .replace(_WAITING, _WAITING.replace("m.measure,", "m.measure, 'cohort',"))
    .replace(
        "         WHERE t.ticket_id = NEW.id AND t.outcome = 'waiting'\n",
        f"""         WHERE t.ticket_id = NEW.id AND t.outcome = 'waiting'
         UNION ALL
        SELECT {_KINDS.format(turn="t")}, 'cohort', t.started_at FROM webcare_turn t
         WHERE t.ticket_id = NEW.id AND t.outcome = 'waiting'
         UNION ALL
        SELECT 'acknowledgements', v.view, v.at FROM webcare_turn t
         CROSS JOIN LATERAL (VALUES ('cohort', t.started_at),
                                    ('event', t.acknowledged_at)) AS v(view, at)
         WHERE t.ticket_id = NEW.id AND t.outcome = 'waiting' AND t.number = 1
""",
    )
)


def replaced(sql: str, before: str) -> migrations.RunSQL:
    assert sql != before
    return migrations.RunSQL(sql, before)


_MARK_TURN = "turn", _MARKS.TURNS
_BEFORE = _MARKS.ONGOING[: _MARKS.ONGOING.index("CREATE TRIGGER")].replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)


def columns(model: str) -> list[migrations.AddField]:
    return [
        migrations.AddField(
            model_name=model,
            name="acknowledged_calendar",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.calendarversion",
            ),
        ),
        migrations.AddField(
            model_name=model,
            name="acknowledged_business_seconds",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name=model,
            name="acknowledged_in_hours",
            field=models.BooleanField(null=True),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("webcare", "0093_people_are_erased")]

    operations = [
        *columns("turn"),
        *columns("turnversion"),
        replaced(KEPT, _KEPT),
        replaced(_MARKS._marking("turn", TURNS), _MARKS._marking(*_MARK_TURN)),
        replaced(CLOCKS, _MARKS.CLOCKS),
        replaced(ONGOING, _BEFORE),
    ]
