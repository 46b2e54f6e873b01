"""What agents have in their hands is counted from an index alone; beside the work."""

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0098_answers_are_found_by_when_they_came")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                fields=["agent", "opened_at", "id"],
                include=["status", "channel", "waiting_since"],
                name="ticket_in_hands_of_agent",
                condition=Q(
                    status__in=["new", "on_hold", "open", "pending", "snoozed"]
                ),
            ),
        ),
        RemoveIndexConcurrently(model_name="ticket", name="ticket_live_of_agent"),
    ]
