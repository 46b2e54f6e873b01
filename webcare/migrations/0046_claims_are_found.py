"""Who took what is read from the lines of taking alone, beside the work."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0045_ids_that_may_be_told")]

    operations = [
        AddIndexConcurrently(
            model_name="ticketevent",
            index=models.Index(
                condition=models.Q(("actor__isnull", False), ("kind", "assigned")),
                fields=["recorded_at"],
                name="ticket_event_of_claims",
            ),
        ),
    ]
