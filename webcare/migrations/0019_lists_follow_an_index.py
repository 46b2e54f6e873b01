"""Every order of the list has an index, within a queue as well."""

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("webcare", "0018_finding_by_words")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["new", "on_hold", "open", "pending", "snoozed"])
                ),
                fields=["queue", "waiting_since", "id"],
                name="ticket_live_of_queue_by_wait",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["new", "on_hold", "open", "pending", "snoozed"])
                ),
                fields=["queue", "due_at", "id"],
                name="ticket_live_of_queue_by_due",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                fields=["queue", "opened_at", "id"], name="ticket_of_queue"
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                fields=["queue", "changed_at", "id"], name="ticket_of_queue_by_change"
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                fields=["agent", "opened_at", "id"], name="ticket_of_agent"
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                fields=["topic", "opened_at", "id"], name="ticket_of_topic"
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                fields=["author", "opened_at", "id"], name="ticket_of_author"
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["new", "on_hold", "open", "pending", "snoozed"]),
                    ("priority__in", ["high", "urgent"]),
                ),
                fields=["priority", "opened_at", "id"],
                name="ticket_live_pressing",
            ),
        ),
        RemoveIndexConcurrently(
            model_name="ticket",
            name="ticket_waits_in_queue",
        ),
    ]
