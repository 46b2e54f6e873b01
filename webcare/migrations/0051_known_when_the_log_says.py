"""What is known of a turn is known since the statement that wrote it, as in the log."""

from importlib import import_module

from django.db import migrations

_BEFORE = import_module("webcare.migrations.0038_time_is_counted_by_a_calendar").KEEP


class Migration(migrations.Migration):
    dependencies = [("webcare", "0050_holding_is_read_too")]
    operations = [
        migrations.RunSQL(_BEFORE.replace("now()", "statement_timestamp()"), _BEFORE)
    ]
