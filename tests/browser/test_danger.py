"""Danger is on every page of who is on call until somebody is on it."""

import os

import pytest

from conversations.actions.batches import drain
from webcare.actions import alarm_calls
from webcare.actions.priority import set_danger
from webcare.models import Alarm, OnCall

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def burning(ticket, bo, ada):
    OnCall.objects.create(position=1, name="Ada", user=ada)
    set_danger(ticket=ticket, user=bo, is_danger=True, reason="He smells gas")
    for _ in drain(alarm_calls.STAGE):
        pass
    return ticket


def test_who_is_on_call_hears_an_alarm_on_any_page(
    page_of, ada, bo, burning, live_server
):
    page, other = page_of(ada), page_of(bo)
    page.goto(f"{live_server.url}/me")
    button = page.locator("#alarms button")
    button.wait_for(timeout=10_000)
    assert f"#{burning.number}" in page.locator("#alarms a").inner_text()

    button.click()
    page.wait_for_selector("#toasts >> text=You are on it.")

    assert page.locator("#alarms > *").count() == 0
    assert Alarm.objects.get().acknowledged_by == ada
    assert other.locator("#alarms > *").count() == 0


def test_danger_is_said_from_the_menu_by_keys(page_of, ada, ticket, live_server):
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.keyboard.press("o")
    page.keyboard.press("Enter")
    page.wait_for_selector("#more[open] #danger-reason:focus")
    page.keyboard.type("A child is missing")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=I am on it")

    ticket.refresh_from_db()
    assert ticket.is_danger
