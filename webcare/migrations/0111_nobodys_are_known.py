"""Live tickets of an agent, and those of nobody, are walked by what is due.

Nobody's are new or open, nearly all of them. Taken for two things that have nothing to
do with each other they seem a sixtieth of what they are in a million tickets, and all
are read and sorted for a page: statistics of both tell the planner.
"""

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db import migrations, models
from django.db.models import Q

KNOW = (
    "CREATE STATISTICS ticket_status_with_agent (mcv)"
    " ON status, agent_id FROM webcare_ticket",
    "ANALYZE webcare_ticket (status, agent_id)",
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0110_live_ones_of_a_tag_are_walked")]

    operations = [
        AddIndexConcurrently(
            "ticket",
            models.Index(
                name="ticket_live_of_agent_by_due",
                fields=["agent", "due_at", "id"],
                include=["status", "channel", "opened_at", "waiting_since"],
                condition=Q(
                    status__in=["new", "on_hold", "open", "pending", "snoozed"]
                ),
            ),
        ),
        RemoveIndexConcurrently("ticket", "ticket_in_hands_of_agent"),
        migrations.RunSQL(list(KNOW), "DROP STATISTICS ticket_status_with_agent"),
    ]
