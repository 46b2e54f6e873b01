"""How urgent a ticket is, why, and that danger stands above it."""

import pytest

from webcare.actions.priority import set_danger, set_priority
from webcare.actions.tickets import resolve_ticket
from webcare.domain.outcomes import Priority
from webcare.exceptions import DangerStands, NotAllowed, StaleVersion, TicketChanged
from webcare.models import Alarm, Ticket

pytestmark = pytest.mark.django_db
PATH = "/api/v1/tickets"


def changes(ticket):
    found = ticket.events.filter(kind="priority_changed").order_by("id")
    return [one.data for one in found]


def test_a_priority_has_its_reason_and_the_log_has_not(ticket, ada):
    set_priority(ticket=ticket, user=ada, priority=Priority.HIGH, reason="Mayor")

    shown = (ticket.priority, ticket.priority_reason, ticket.priority_by)
    assert shown == ("high", "Mayor", "person")
    undo = {
        "before": {"priority": "normal", "priority_by": "system"},
        "after": {"priority": "high", "priority_by": "person"},
    }
    assert changes(ticket) == [{"priority": "high", "by": "person", "undo": undo}]


def test_the_same_again_is_no_change(ticket, ada):
    for _ in range(2):
        set_priority(ticket=ticket, user=ada, priority=Priority.HIGH, reason="Mayor")

    assert len(changes(ticket)) == 1


def test_danger_is_not_made_less_urgent(ticket, ada):
    stale = Ticket.objects.get(pk=ticket.pk)
    set_danger(ticket=ticket, user=ada, is_danger=True, reason="Smells gas")

    with pytest.raises(DangerStands):
        set_priority(ticket=stale, user=ada, priority=Priority.LOW, reason="Calm")

    ticket.refresh_from_db()
    assert (ticket.priority, ticket.priority_by) == ("urgent", "danger")


def test_danger_rings_and_makes_urgent(ticket, ada):
    set_danger(ticket=ticket, user=ada, is_danger=True, reason="Smells gas")

    assert (ticket.is_danger, ticket.priority_reason) == (True, "Smells gas")
    assert Alarm.objects.get().acknowledged_at is None
    assert changes(ticket) == [
        {"priority": "urgent", "by": "danger", "is_danger": True}
    ]


def test_an_agent_does_not_clear_danger_a_lead_does(ticket, ada, lena):
    set_danger(ticket=ticket, user=ada, is_danger=True, reason="Smells gas")
    with pytest.raises(NotAllowed):
        set_danger(ticket=ticket, user=ada, is_danger=False, reason="No")

    set_danger(ticket=ticket, user=lena, is_danger=False, reason="It was a joke")

    shown = (ticket.is_danger, ticket.priority, ticket.priority_reason)
    assert shown == (False, "normal", "It was a joke")
    assert changes(ticket)[-1] == {
        "priority": "normal",
        "by": "person",
        "is_danger": False,
    }
    assert Alarm.objects.get().acknowledged_by == lena


def test_a_priority_that_a_person_gave_outlives_the_danger(ticket, ada, lena):
    set_danger(ticket=ticket, user=ada, is_danger=True, reason="Smells gas")
    set_priority(ticket=ticket, user=ada, priority=Priority.URGENT, reason="Press")

    set_danger(ticket=ticket, user=lena, is_danger=False, reason="It was a joke")

    assert (ticket.priority, ticket.priority_reason) == ("urgent", "Press")


def test_an_old_version_and_a_resolved_ticket_are_refused(ticket, ada):
    with pytest.raises(StaleVersion):
        set_priority(
            ticket=ticket, user=ada, priority=Priority.LOW, reason="x", version=0
        )
    resolve_ticket(ticket=ticket, user=ada)
    with pytest.raises(TicketChanged):
        set_priority(ticket=ticket, user=ada, priority=Priority.LOW, reason="x")
    with pytest.raises(TicketChanged):
        set_danger(ticket=ticket, user=ada, is_danger=True, reason="x")


def test_the_refusal_says_what_to_do(as_client, ada, ticket):
    client, where = as_client(ada), f"{PATH}/{ticket.public_id}"
    danger = {"is_danger": True, "reason": "Smells gas"}
    raised = client.post(f"{where}/danger", danger, "application/json")

    low = {"priority": "low", "reason": "Calm"}
    refused = client.post(f"{where}/priority", low, "application/json")

    assert raised.json()["priority_by"] == "danger"
    assert (refused.status_code, refused.json()["code"]) == (409, "danger_stands")
    assert "false alarm" in refused.json()["detail"]


@pytest.mark.parametrize("reason", ["", " ", "x" * 201, "a\0b", None])
def test_a_reason_is_one_to_two_hundred_characters(as_client, ada, ticket, reason):
    answer = as_client(ada).post(
        f"{PATH}/{ticket.public_id}/priority",
        {"priority": "low", "reason": reason},
        "application/json",
    )

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["reason"])
