"""Big tables are indexed while people go on writing to them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0039_what_was_counted_is_added_up")]

    operations = [
        AddIndexConcurrently(
            model_name="turn",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)),
                fields=["ended_at"],
                name="turn_by_end",
            ),
        ),
        AddIndexConcurrently(
            model_name="turn",
            index=models.Index(
                condition=models.Q(("outcome", "waiting")),
                fields=["started_at"],
                name="turn_waits_by_start",
            ),
        ),
        AddIndexConcurrently(
            model_name="turn",
            index=models.Index(
                condition=models.Q(("end_known_at__isnull", False)),
                fields=["end_known_at"],
                name="turn_by_known_end",
            ),
        ),
    ]
