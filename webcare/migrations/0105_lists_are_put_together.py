"""Lists of many rows are one list, in the order of the rows."""

from django.db import migrations

TOGETHER = """
CREATE AGGREGATE webcare_together(anycompatiblearray) (
    SFUNC = array_cat, STYPE = anycompatiblearray, INITCOND = '{}')"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0104_rolls_are_not_looked_up_for_each_cell")]

    operations = [
        migrations.RunSQL(
            TOGETHER, "DROP AGGREGATE webcare_together(anycompatiblearray)"
        ),
    ]
