"""What lay at each midnight is kept by topic, channel and priority as well.

Those that were kept before are told by the log again, with all that lay there.
"""

from django.db import migrations

# Each line of the log says what it changed: put together they say how things stood.
ALL_TOLD = """
CREATE AGGREGATE webcare_all_told(jsonb) (
    SFUNC = jsonb_concat, STYPE = jsonb, INITCOND = '{}', PARALLEL = SAFE);
"""
FORGOTTEN = """
WITH old AS (DELETE FROM webcare_roll WHERE measure = 'backlog' RETURNING id)
DELETE FROM webcare_cell WHERE roll_id IN (SELECT id FROM old);
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0062_more_reports_are_sent")]

    operations = [
        migrations.RunSQL(ALL_TOLD, "DROP AGGREGATE webcare_all_told(jsonb);"),
        migrations.RunSQL(FORGOTTEN, migrations.RunSQL.noop),
    ]
