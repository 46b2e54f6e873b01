"""A ticket is rewritten a few times in its first minute; the page keeps room for it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("webcare", "0002_log_is_append_only")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE webcare_ticket SET (fillfactor = 70)",
            "ALTER TABLE webcare_ticket RESET (fillfactor)",
        )
    ]
