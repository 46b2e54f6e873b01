"""Clocks that run already warn and break as new ones do; what is past is not told."""

from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

STEP = 20_000  # ids at a time, each in a transaction of its own
# As 0043 found them: counted in all of the time, amber in their last fifth.
FILL = """
    UPDATE webcare_clock c
       SET breached_at = f.breached_at,
           warned_at = CASE WHEN c.stopped_at IS NULL AND f.warns_at <= f.until
                            THEN f.warns_at END,
           next_at = CASE WHEN c.stopped_at IS NOT NULL OR f.breached_at IS NOT NULL
                          THEN NULL
                          WHEN f.warns_at <= f.until THEN f.late_from
                          ELSE f.warns_at END
      FROM (SELECT id, until, warns_at, late_from,
                   CASE WHEN late_from <= until THEN late_from END AS breached_at
              FROM (SELECT id, coalesce(stopped_at, statement_timestamp()) AS until,
                           due_at - make_interval(secs => target_seconds / 5)
                               AS warns_at,
                           date_trunc('minute', due_at) + interval '1 minute'
                               AS late_from
                      FROM webcare_clock
                     WHERE id >= %(first)s AND id < %(first)s + %(step)s
                       AND policy_version_id IS NULL AND next_at IS NULL
                       AND breached_at IS NULL AND due_at IS NOT NULL
                       AND (stopped_at IS NULL
                            OR due_at < date_trunc('minute', stopped_at))) AS each
           ) AS f
     WHERE c.id = f.id"""


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM webcare_clock")
        first, last = cursor.fetchone()
        while first is not None and first <= last:
            cursor.execute(FILL, {"first": first, "step": STEP})
            first += STEP


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0043_promises_follow_policies")]

    operations = [
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["next_at"],
                name="clock_rings_next",
            ),
        ),
        ValidateConstraint(
            model_name="clock", name="clock_is_not_both_paused_and_stopped"
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
