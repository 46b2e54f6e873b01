"""Promises to resolve that still run are found without those kept; beside the work."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0080_sampled_by")]

    operations = [
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                fields=["ticket"],
                name="clock_of_unresolved",
                condition=Q(promise="resolution", stopped_at__isnull=True),
            ),
        ),
    ]
