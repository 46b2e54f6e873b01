"""From when a promise is broken is kept as it was known, and when a clock began to be.

Whoever asks for a past moment is told of the due times of then.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

KEPT = """
CREATE FUNCTION webcare_late_at(breached_at timestamptz, due_at timestamptz)
    RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(breached_at, date_trunc('minute', due_at) + interval '1 minute')
$$;
CREATE FUNCTION webcare_keep_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_clockversion (clock_id, late_at, known_until)
    VALUES (OLD.id, webcare_late_at(OLD.breached_at, OLD.due_at), now());
    RETURN NULL;
END $$;
-- Telling of a breach changes nothing: it was broken from then on anyhow.
CREATE TRIGGER clock_is_kept AFTER UPDATE OF due_at, breached_at ON webcare_clock
    FOR EACH ROW
    WHEN (webcare_late_at(OLD.breached_at, OLD.due_at)
          IS DISTINCT FROM webcare_late_at(NEW.breached_at, NEW.due_at))
    EXECUTE FUNCTION webcare_keep_clock();
"""
NOT_KEPT = """
DROP TRIGGER clock_is_kept ON webcare_clock;
DROP FUNCTION webcare_keep_clock();
DROP FUNCTION webcare_late_at(timestamptz, timestamptz);
"""
# What broke before it was due is answered too late for response times as well.
BROKEN_EARLY = """
INSERT INTO webcare_mark (measure, view, quarter, at)
SELECT DISTINCT 'responses', v.view, date_bin('15 minutes', v.at, 'epoch'), now()
  FROM webcare_clock c JOIN webcare_turn t ON t.id = c.turn_id
 CROSS JOIN LATERAL (VALUES ('cohort', t.started_at), ('event', t.ended_at))
       AS v(view, at)
 WHERE c.breached_at < date_trunc('minute', c.due_at) AND t.outcome <> 'waiting'
   AND v.at < now() - interval '1 day';
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0076_samples_are_checked")]

    operations = [
        # Without a default at first: of what is there already nobody knows.
        migrations.AddField(
            model_name="clock",
            name="known_from",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="clock",
            name="known_from",
            field=models.DateTimeField(db_default=Now(), null=True),
        ),
        migrations.CreateModel(
            name="ClockVersion",
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
                ("late_at", models.DateTimeField(null=True)),
                ("known_until", models.DateTimeField()),
                (
                    "clock",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webcare.clock",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["clock", "known_until"], name="clock_version_of_clock"
                    )
                ],
            },
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.RunSQL(BROKEN_EARLY, migrations.RunSQL.noop),
    ]
