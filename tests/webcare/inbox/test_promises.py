"""Why late: the page says the same as the clocks, and to who sees the ticket alone."""

from datetime import UTC, datetime

import pytest

from tests.webcare.inbox.conftest import said
from webcare.actions.calendars import make_calendar
from webcare.models import Calendar, Queue

FRIDAY = datetime(2026, 11, 20, 15, 45, tzinfo=UTC)  # a quarter to five in Amsterdam
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
WEEK = {day: [{"from": "09:00", "until": "17:00"}] for day in DAYS}


@pytest.fixture
def late(root, shop_queue, make_ticket):
    """Asked on a Friday at a quarter to five, in a queue that is open until five."""
    hours = {"time_zone": "Europe/Amsterdam", "week": WEEK}
    make_calendar(user=root, slug="office", name="Office", definition=hours)
    office = Calendar.objects.get(slug="office")
    Queue.objects.filter(pk=shop_queue.pk).update(
        calendar=office, first_response_seconds=3_600
    )
    return make_ticket(posted_at=FRIDAY.isoformat())


def test_what_counted_is_told_stretch_by_stretch(browser, ada, late, address):
    page = browser(ada).get(address(late, "promises"))

    words = said(page)
    assert "First response Late" in words
    assert "Promised within 1 h 00" in words
    # A quarter of an hour on Friday, three quarters on Monday: never the weekend.
    assert "Fri 20 Nov 16:45 Fri 20 Nov 17:00 15 min Yes open" in words
    assert "Fri 20 Nov 17:00 Mon 23 Nov 09:00 2 d 16 h No closed" in words
    assert "Broken on Mon 23 Nov 09:46" in words or "Due on Mon 23 Nov 09:45" in words
    assert "By the hours of Office, version 1" in words


def test_who_does_not_see_the_ticket_sees_no_promise(browser, cas, late, address):
    assert browser(cas).get(address(late, "promises")).status_code == 404


def test_a_ticket_leads_to_its_promises(browser, ada, late, address):
    page = browser(ada).get(address(late)).content.decode()

    assert f'href="{address(late, "promises")}"' in page
