"""Late tickets are those whose promise was told to be broken, found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0067_routes_have_versions")]

    operations = [
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                condition=models.Q(
                    ("breached_at__isnull", False), ("stopped_at__isnull", True)
                ),
                fields=["ticket"],
                name="clock_broken_and_running",
            ),
        ),
    ]
