"""What came in last is known beside what was written last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webcare", "0047_sweeps_are_known")]

    operations = [
        migrations.AddField("ticket", "last_heard", models.BigIntegerField(null=True)),
    ]
