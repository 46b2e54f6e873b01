from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0012_messages_by_time"),
    ]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="private_window_hours",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
