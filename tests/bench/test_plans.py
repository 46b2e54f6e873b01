"""No request reads a big table from end to end."""

import pytest

from bench import desk, plans, seed
from bench.operations import Operation
from conversations.models.bulk import fetch
from webcare.models import Ticket

TICKETS = 300


@pytest.fixture
def seeded(db):
    """A small desk whose planner would rather use an index, where there is one."""
    seed.fill(TICKETS, chunk=TICKETS)
    fetch("ANALYZE", [])
    fetch("SET LOCAL enable_seqscan = off", [])
    return desk.look()


def test_every_request_finds_its_rows_by_an_index(seeded):
    assert plans.scans(seeded, big=TICKETS) == {}


def test_a_scan_is_found_with_its_plan(seeded, monkeypatch):
    def by_text(given):
        list(Ticket.objects.filter(excerpt__contains="stroom"))
        return iter([b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"])

    monkeypatch.setattr("bench.operations.OPERATIONS", [Operation("scan", by_text)])

    found = plans.scans(seeded, big=TICKETS)

    assert "Seq Scan on webcare_ticket" in found["scan"][0]
