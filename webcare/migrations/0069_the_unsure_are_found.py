"""Tickets that wait for a topic are read from an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0068_broken_and_running")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["new", "on_hold", "open", "pending", "snoozed"]),
                    ("topic_by", "unsure"),
                ),
                fields=["opened_at", "id"],
                name="ticket_live_unsure",
            ),
        ),
    ]
