"""Who takes work before its turn: told to those who lead, with the lines of the log."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models.bulk import fetch
from webcare.actions.claims import claim_next
from webcare.actions.tickets import assign_ticket, claim_ticket, route_ticket
from webcare.models import TicketEvent

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/reports/skipped"


@pytest.fixture
def waiting(make_ticket):
    """Four tickets, the first an hour older than the last."""
    tickets = [make_ticket() for _ in range(4)]
    for number, ticket in enumerate(tickets):
        at = timezone.now() - timedelta(minutes=120 - 20 * number)
        fetch(
            """UPDATE webcare_ticket SET opened_at = %s, due_at = %s
                WHERE id = %s""",
            [at, at + timedelta(hours=1), ticket.pk],
        )
        ticket.refresh_from_db()
    return tickets


def test_a_claim_that_passes_older_work_over_is_told(waiting, ada, bo, lena, as_client):
    claim_ticket(ticket=waiting[3], user=ada)
    claim_ticket(ticket=waiting[0], user=ada)
    claim_next(user=bo)

    rows = as_client(lena).get(WHERE).json()["results"]

    by = {row["agent"]["name"]: row for row in rows}
    assert (by["Ada"]["claims"], by["Ada"]["skips"]) == (2, 1)
    assert by["Ada"]["skipped_tickets"] == 3
    assert by["Ada"]["older_p50_seconds"] == by["Ada"]["older_max_seconds"] == 3_600
    [skip] = by["Ada"]["latest"]
    line = TicketEvent.objects.get(pk=skip["event"])
    assert (line.ticket, line.kind) == (waiting[3], "assigned")
    assert (skip["ticket"], skip["skipped"]) == (str(waiting[3].public_id), 3)
    assert (by["Bo"]["claims"], by["Bo"]["skips"]) == (1, 0)
    assert by["Bo"]["older_max_seconds"] is None


def test_what_another_gives_is_no_claim(waiting, ada, lena, as_client):
    assign_ticket(ticket=waiting[3], user=lena, agent=ada)

    assert as_client(lena).get(WHERE).json()["results"] == []


def test_each_queue_is_its_leads_own(
    waiting, ada, bo, lena, root, as_client, power_queue
):
    claim_ticket(ticket=waiting[3], user=ada)
    claim_ticket(ticket=waiting[2], user=bo)
    route_ticket(ticket=waiting[2], user=root, queue=power_queue)

    def names(user, query=""):
        rows = as_client(user).get(WHERE + query).json()["results"]
        return {row["agent"]["name"] for row in rows}

    assert names(lena) == {"Ada"}
    assert names(root) == {"Ada", "Bo"}
    assert names(root, "?queue=power") == {"Bo"}
    assert as_client(ada).get(WHERE).status_code == 403
    assert as_client(root).get(f"{WHERE}?queue=nowhere").status_code == 404


def test_it_is_paged_and_bounded_in_time(waiting, ada, bo, lena, as_client):
    claim_ticket(ticket=waiting[3], user=ada)
    claim_ticket(ticket=waiting[2], user=bo)
    client = as_client(lena)

    first = client.get(f"{WHERE}?limit=1").json()
    second = client.get(first["next"]).json()
    pages = first["results"] + second["results"]
    names = [row["agent"]["name"] for row in pages]

    assert names == ["Bo", "Ada"]
    before = (timezone.now() - timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert client.get(f"{WHERE}?to={before}").json()["results"] == []
    assert client.get(f"{WHERE}?from=2020-01-01T00:00:00Z").status_code == 422
