"""What each agent did: answered, resolved, worked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from webcare.actions.tickets import claim_ticket, resolve_ticket
from webcare.models import Activity, Ticket

pytestmark = pytest.mark.django_db


def test_agents(make_ticket, answered, ada, figures):
    """Ada answers one after two minutes, resolves it, and worked on it for one."""
    ticket = claim_ticket(ticket=make_ticket(), user=ada)
    answered(ticket, 120)
    resolve_ticket(ticket=Ticket.objects.get(pk=ticket.pk), user=ada)
    ago = timezone.now() - timedelta(minutes=5)
    Activity.objects.create(
        user=ada, ticket=ticket, began_at=ago, ended_at=ago + timedelta(minutes=1)
    )

    [line] = figures("agents", exact="true")

    assert line["key"] == str(ada.public_id)
    assert (line["answered"], line["resolved"], line["handle_seconds"]) == (1, 1, 60)
    assert line["mean_seconds"] == 120
