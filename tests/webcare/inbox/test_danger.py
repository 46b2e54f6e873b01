"""Danger on the page of a ticket: who is on it, who said so, and a false alarm."""

import pytest

from tests.webcare.inbox.conftest import said
from webcare.actions.alarms import acknowledge
from webcare.actions.priority import set_danger
from webcare.models import Alarm


@pytest.fixture
def burning(ticket, bo):
    set_danger(ticket=ticket, user=bo, is_danger=True, reason="He smells gas")
    ticket.refresh_from_db()
    return ticket


def test_an_alarm_is_heard_on_the_page_of_its_ticket(browser, ada, burning, address):
    client = browser(ada)
    rings = client.get(address(burning))
    heard = client.post(address(burning, "heard"), follow=True)

    assert "The alarm rings since" in said(rings)
    assert "I am on it" in said(rings)
    assert "Ada is on it since" in said(heard)
    assert "The alarm rings since" not in said(heard)
    assert Alarm.objects.get().acknowledged_by == ada
    assert "Bo is on it since" not in said(heard)


def test_the_page_says_who_spoke_of_danger_and_why(browser, ada, burning, address):
    page = said(browser(ada).get(address(burning)))

    assert "Bo said so" in page
    assert "He smells gas" in page


def test_an_alarm_that_was_heard_is_heard_already(browser, ada, bo, burning, address):
    acknowledge(alarm=Alarm.objects.get(), user=bo)

    page = browser(ada).post(address(burning, "heard"), follow=True)

    assert page.status_code == 200
    assert Alarm.objects.get().acknowledged_by == bo
    assert "Bo is on it since" in said(page)


def test_who_may_says_that_it_was_a_false_alarm(browser, lena, burning, address):
    client = browser(lena)
    before = client.get(address(burning)).content.decode()
    given = {"is_danger": "false", "reason": "He meant his old boiler"}
    page = client.post(address(burning, "danger"), given, follow=True)

    burning.refresh_from_db()
    assert address(burning, "danger") in before
    assert not burning.is_danger
    assert Alarm.objects.get().acknowledged_by == lena
    assert "No danger: Lena said so" in said(page)
    assert "This speaks of danger" not in said(page)


def test_who_may_not_call_it_false_is_not_asked(browser, ada, burning, address):
    client = browser(ada)
    page = client.get(address(burning)).content.decode()
    client.post(address(burning, "danger"), {"is_danger": "false", "reason": "No"})

    burning.refresh_from_db()
    assert address(burning, "danger") not in page
    assert burning.is_danger


def test_danger_is_said_with_a_reason(browser, ada, ticket, address):
    client = browser(ada)
    asked = said(client.get(address(ticket, "more/danger")))
    nothing = client.post(address(ticket, "danger"), {"is_danger": "true"}, follow=True)
    given = {"is_danger": "true", "reason": "A child is missing"}
    client.post(address(ticket, "danger"), given)

    ticket.refresh_from_db()
    assert "This is danger" in asked
    assert "Say why." in said(nothing)
    assert ticket.is_danger
    assert Alarm.objects.filter(acknowledged_at=None).count() == 1


def test_there_is_no_more_than_there_is(browser, ada, ticket, address):
    assert browser(ada).get(address(ticket, "more/nothing")).status_code == 404


def test_who_only_reads_does_no_more(browser, ada, ticket, address):
    ada.memberships.update(role="listener")

    page = browser(ada).get(address(ticket, "more/danger"))

    assert page.status_code == 302
