"""Trainings say how far they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0073_endings_are_found"),
    ]

    operations = [
        migrations.AddField(
            model_name="topicmodel",
            name="progress",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
