"""Whether a message was deleted by its author, or emptied by us."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0017_channels_are_tested"),
    ]

    operations = [
        migrations.AddField("message", "emptied_at", models.DateTimeField(null=True)),
    ]
