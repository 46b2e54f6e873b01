"""What lay in the desk at a moment, as the desk knew then."""

from datetime import timedelta

import pytest

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.tickets import resolve_ticket
from webcare.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db


def test_backlog(make_ticket, ada, figures):
    """Two lived an hour ago; one was resolved since, and two came."""
    _, resolved = make_ticket(), make_ticket()
    now = database_now()
    earlier = now - timedelta(hours=2)
    fetch("SET LOCAL session_replication_role = replica", [])
    TicketEvent.objects.update(recorded_at=earlier)
    Ticket.objects.update(changed_at=earlier, opened_at=earlier)
    fetch("SET LOCAL session_replication_role = origin", [])
    resolve_ticket(ticket=resolved, user=ada)
    make_ticket()
    make_ticket()

    an_hour_ago = (now - timedelta(hours=1)).isoformat()
    [line] = figures("backlog", by="queue", **{"from": an_hour_ago})

    assert (line["opening"], line["tickets"]) == (2, 3)
    assert line["oldest_seconds"] >= 7_200
