"""What a page hears: at once, by one stream for all tabs, and only what concerns it."""

import os
import time
from itertools import pairwise

import pytest

from webcare.actions.notes import add_note
from webcare.actions.priority import set_priority
from webcare.api import live
from webcare.domain.outcomes import Priority
from webcare.models import Notification, TicketEvent

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
AGAIN = "() => window.heard.filter((one) => one === 'open').length > 1"
STREAM = "/api/v1/live"
# In milliseconds, as the page itself knows: we may hear of two long after at once.
WHEN_LOOKED = """() => performance.getEntriesByType("resource")
    .filter(({ name }) => /^[^?]*\\/live([?]|$)/.test(name) && !name.includes("/api/"))
    .map(({ startTime }) => startTime)"""
AT_REST = 3_500  # ms: longer than a page without a stream waits between two looks


class Looks:
    """When a page asked for its parts anew."""

    def __init__(self, page):
        self.asked = []
        page.on("request", self._see)

    def _see(self, request):
        path = request.url.split("?")[0]
        if path.endswith("/live") and "/api/" not in path:
            self.asked.append(time.monotonic())


@pytest.fixture
def hearing(live_server):
    """A page somewhere, once it has heard that its stream is open."""

    def go(page, path):
        page.add_init_script(
            """document.addEventListener("desk:heard", ({ detail }) =>
                 (window.heard ??= []).push(detail.name));"""
        )
        page.goto(live_server.url + path)
        page.wait_for_function("() => window.heard?.includes('open')")
        page.wait_for_timeout(500)
        return page

    return go


@pytest.fixture
def ticket_of(page_of, hearing, ticket):
    return lambda user: hearing(page_of(user), f"/tickets/{ticket.public_id}")


def note(ticket, user, text, rest):
    add_note(ticket=ticket, user=user, text=text)
    rest()


def shown(page, text):
    """Long before a page with a stream would look by itself."""
    page.wait_for_selector(f"text={text}", timeout=6_000)


def test_what_is_said_on_a_ticket_is_there_at_once_and_asked_for_but_once(
    ticket_of, ada, bo, ticket, rest
):
    page = ticket_of(ada)
    looks = Looks(page)
    page.wait_for_timeout(AT_REST)
    assert looks.asked == []

    note(ticket, bo, "Heard at once.", rest)

    shown(page, "Heard at once.")
    page.wait_for_timeout(1_000)
    assert len(looks.asked) == 1


def test_what_happens_elsewhere_costs_no_look(
    ticket_of, page_of, hearing, ada, bo, ticket, make_ticket, rest
):
    other = make_ticket(author={"external_id": "other", "name": "Otto Other"})
    rest()
    page, inbox = ticket_of(ada), hearing(page_of(bo), "/?view=mine")
    looks, lists = Looks(page), Looks(inbox)

    note(other, bo, "Not here.", rest)
    inbox.wait_for_function("() => window.heard.includes('ticket.noted')")
    page.wait_for_function("() => window.heard.includes('ticket.noted')")
    page.wait_for_timeout(1_000)
    assert looks.asked == lists.asked == []

    set_priority(
        ticket=other, user=bo, priority=Priority.HIGH, reason="They wait long."
    )
    rest()
    inbox.wait_for_function("() => window.heard.includes('ticket.priority_changed')")
    inbox.wait_for_timeout(1_000)
    # It is in none of the rows, and yet may be counted beside them.
    assert (len(looks.asked), len(lists.asked)) == (0, 1)


def test_a_new_ticket_is_in_the_list_at_once(page_of, hearing, ada, make_ticket, rest):
    page = hearing(page_of(ada), "/")

    arrived = make_ticket(author={"external_id": "new", "name": "Nadia New"})
    rest()

    page.wait_for_selector(f"#t-{arrived.pk}", timeout=6_000)


def test_a_burst_is_seen_at_once_and_costs_no_more_than_it_did(
    ticket_of, at_rest, ada, bo, ticket, rest
):
    page = ticket_of(ada)
    looks = Looks(page)
    began = time.monotonic()
    for number in range(40):
        add_note(ticket=ticket, user=bo, text=f"Number {number}.")
        page.wait_for_timeout(150)
    rest()
    shown(page, "Number 39.")

    took = time.monotonic() - began
    assert 2 <= len(looks.asked) <= 8 + 1 + took / 2.5
    at_rest(page)
    began_at = page.evaluate(WHEN_LOOKED)
    assert len(began_at) >= len(looks.asked)
    assert min(b - a for a, b in pairwise(began_at)) > 250


def test_tabs_share_a_stream_and_the_next_one_takes_over(
    ticket_of, hearing, ada, bo, ticket, rest
):
    first = ticket_of(ada)
    streams = []
    first.context.on(
        "request",
        lambda one: streams.append(one.frame.page) if STREAM in one.url else None,
    )
    second = hearing(first.context.new_page(), f"/tickets/{ticket.public_id}")
    note(ticket, bo, "For both tabs.", rest)
    for page in (first, second):
        shown(page, "For both tabs.")
    assert streams == []

    first.close()
    second.wait_for_function(AGAIN)
    second.wait_for_timeout(500)
    note(ticket, bo, "For who is left.", rest)

    shown(second, "For who is left.")
    assert streams == [second]


def test_who_gets_no_stream_asks_by_itself(
    page_of, ada, bo, ticket, live_server, settings
):
    settings.LIVE_PER_PERSON = 0
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    looks = Looks(page)
    add_note(ticket=ticket, user=bo, text="Found all the same.")

    shown(page, "Found all the same.")
    page.wait_for_timeout(AT_REST)
    assert len(looks.asked) >= 2


def test_a_stream_that_ends_is_opened_again_and_nothing_is_missed(
    ticket_of, ada, bo, ticket
):
    page = ticket_of(ada)
    add_note(ticket=ticket, user=bo, text="While it was away.")
    live.hub.stop()

    shown(page, "While it was away.")
    page.wait_for_function(AGAIN)


def test_what_one_is_told_is_counted_when_it_is_told(page_of, hearing, ada, ticket):
    page = hearing(page_of(ada), "/")
    with page.expect_request(lambda one: "/notifications?" in one.url):
        pass  # Its first look comes once the page is at rest.
    page.wait_for_timeout(1_500)
    event = TicketEvent.objects.filter(ticket=ticket).latest("id")
    told = Notification.objects.create(
        user=ada, ticket=ticket, kind="customer_wrote", event=event
    )

    page.wait_for_selector("[data-told]:not([hidden])", timeout=3_000)
    assert page.locator("[data-told] [data-count]").inner_text() == "1"

    told.delete()
    page.wait_for_selector("[data-told]", state="hidden", timeout=3_000)


def test_who_begins_to_write_is_seen_within_two_seconds(ticket_of, ada, bo):
    first, second = ticket_of(ada), ticket_of(bo)
    first.wait_for_selector(f"text={bo} looks at this too")

    second.locator("#reply-text").press_sequentially("I")

    first.wait_for_selector(f"text={bo} is writing an answer", timeout=2_000)


def test_who_is_cut_off_is_gone_after_fifteen_seconds(ticket_of, ada, bo):
    first, second = ticket_of(ada), ticket_of(bo)
    second.locator("#reply-text").press_sequentially("I am on it")
    first.wait_for_selector(f"text={bo} is writing an answer")
    looks_too = first.locator("[data-others]")

    second.context.set_offline(True)
    cut = time.monotonic()
    looks_too.wait_for(state="hidden", timeout=20_000)

    # The last sign of life came up to five seconds before; one more to be told.
    assert 9 < time.monotonic() - cut < 16.5
