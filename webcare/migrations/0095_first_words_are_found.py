"""What authors heard first is found by when they did, while people go on writing."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0094_first_words_are_timed")]

    operations = [
        AddIndexConcurrently(
            model_name="turn",
            index=models.Index(
                condition=models.Q(("acknowledged_at__isnull", False), ("number", 1)),
                fields=["acknowledged_at"],
                name="turn_by_acknowledgement",
            ),
        ),
    ]
