"""Promises are found by when they were kept or broken, while people go on writing."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0101_promises_by_when_decided")]

    operations = [
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                models.F("promise"),
                models.Func(
                    models.F("breached_at"),
                    models.F("due_at"),
                    function="webcare_late_instant",
                ),
                name="clock_by_when_late",
            ),
        ),
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                condition=models.Q(
                    ("promise", "resolution"), ("stopped_at__isnull", False)
                ),
                fields=["stopped_at"],
                name="clock_by_resolution",
            ),
        ),
        AddIndexConcurrently(
            model_name="clockversion",
            index=models.Index(fields=["late_at"], name="clock_version_by_when_late"),
        ),
    ]
