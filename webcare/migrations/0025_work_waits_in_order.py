"""What waits in a queue, in the order it is handed out and taken."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0024_a_rule_points_it_out")]
    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                models.F("queue"),
                models.OrderBy(models.F("is_danger"), descending=True),
                models.F("due_at"),
                models.F("opened_at"),
                models.F("id"),
                condition=models.Q(
                    ("status__in", ["new", "open"]),
                    ("agent__isnull", True),
                    ("queue__isnull", False),
                ),
                name="ticket_waits_for_an_agent",
            ),
        ),
    ]
