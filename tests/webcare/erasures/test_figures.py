"""Figures are of rows that stay: no report says anything else after an erasure."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from webcare.actions import facts, roll_checks, rolls_due
from webcare.models import Ticket, Turn

pytestmark = pytest.mark.django_db
REPORTS = (
    *("added-value", "agents", "backlog", "first-contact-resolution", "reopen-rate"),
    *("resolutions", "response-rate", "response-times", "satisfaction"),
    *("service-level", "volume", "skipped"),
)


@pytest.fixture
def figures(as_client, root):
    """All reports over one period, as they are sent."""
    client = as_client(root)
    begin = (timezone.now() - timedelta(days=30)).replace(microsecond=0)

    def ask(at):
        time.sleep(0.05)
        until = begin + timedelta(days=31)
        span = {"from": begin.isoformat(), "to": until.isoformat()}
        told = {}
        for name in REPORTS:
            given = {"at": at.isoformat()} if name == "backlog" else span
            answer = client.get(f"/api/v1/reports/{name}", given)
            assert answer.status_code == 200, answer.content
            told[name] = json.dumps(answer.json()["results"])
        return told

    return ask


def test_every_report_is_the_same_as_before(marked, figures, erase, resolve):
    # Who still waits gets older meanwhile.
    for live in Ticket.objects.live():
        resolve(live)
    rolls_due.roll_up_due(peace=timedelta(0))
    at = timezone.now()
    before = figures(at)
    turns = list(Turn.objects.order_by("id").values())
    assert len([name for name in REPORTS if before[name] != "[]"]) > 8

    assert erase(marked).finished_at

    assert list(Turn.objects.order_by("id").values()) == turns
    after = figures(at)
    for name in REPORTS:
        assert after[name] == before[name], name
    assert not roll_checks.check_all().differing


def test_facts_made_anew_from_the_log_are_the_same(marked, erase):
    list(facts.rebuild())
    erase(marked)

    assert sum(done.mended for done in facts.rebuild()) == 0
