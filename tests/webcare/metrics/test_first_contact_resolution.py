"""Whether one answer was enough, decided seven days after."""

from datetime import timedelta

import pytest

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.tickets import resolve_ticket
from webcare.domain.outcomes import Resolution
from webcare.models import Ending, Ticket, Turn

pytestmark = pytest.mark.django_db


def test_first_contact_resolution(make_ticket, answered, ada, figures):
    """Two were answered and resolved ten days ago; one came back two days later."""
    enough, again = make_ticket(), make_ticket()
    for ticket in (enough, again):
        answered(ticket, 0)
        ticket = Ticket.objects.get(pk=ticket.pk)
        resolve_ticket(ticket=ticket, user=ada, outcome=Resolution.ANSWERED)
    ago = database_now() - timedelta(days=10)
    fetch("SET LOCAL session_replication_role = replica", [])
    Ending.objects.update(at=ago, known_at=ago)
    Turn.objects.update(ended_at=ago, end_known_at=ago)
    later = ago + timedelta(days=2)
    came_back = Ending.objects.filter(ticket=again)
    came_back.update(reopened_at=later, reopened_known_at=later)
    fetch("SET LOCAL session_replication_role = origin", [])

    [line] = figures("first-contact-resolution")

    assert (line["answered"], line["resolved_at_once"], line["rate"]) == (2, 1, 0.5)
