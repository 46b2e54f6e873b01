"""Nothing jumps: what comes late to a ticket's page has its place already."""

import os
import time

import pytest
from django.db.models.functions import Now

from conversations.actions import settling
from conversations.models import Delivery
from webcare.actions import replies
from webcare.domain.lifecycle import Status

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
KIM = {"external_id": "kim", "handle": "kim", "name": "Kim"}
MOST = 0.02
# As w3.org/TR/layout-instability counts it, and what moved.
WATCH = """
window.moved = [];
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
  if (one.hadRecentInput) return;
  const what = one.sources.map(({ node, previousRect: from, currentRect: to }) =>
    `${node?.id || node?.className || node?.nodeName} ${from.y} to ${to.y}`);
  moved.push([one.value, what]);
})).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def much_before(make_ticket, ada, pump):
    """A ticket whose author wrote six times before and was answered at length."""
    for n in range(6):
        old = make_ticket(text=f"My parcel {n} is broken", author=KIM)
        reply = replies.send_reply(
            ticket=old,
            user=ada,
            text="We refund it. " * 15,
            client_key=f"{n}",
            then=Status.RESOLVED,
        )
        claimed = Delivery.objects.filter(pk=reply.delivery_id)
        claimed.update(state="sending", claimed_at=Now(), fence=1)
        settling.sent(claimed.get(), external_id=f"out-{n}")
        pump()
    return make_ticket(text="A parcel that is broken", author=KIM)


@pytest.mark.parametrize("width", [390, 1000, 1280])
def test_what_comes_late_to_a_ticket_moves_nothing(
    page_of, ada, much_before, live_server, at_rest, width
):
    page = page_of(ada, viewport={"width": width, "height": 900})
    page.add_init_script(WATCH)
    page.route("**/js/api*.js", _late)
    page.route("**/before", _late)
    page.goto(f"{live_server.url}/tickets/{much_before.public_id}")
    page.wait_for_selector("html.has-script")
    if page.locator("label.show-card").is_visible():
        page.locator("label.show-card").click()
    page.locator("#before").scroll_into_view_if_needed()
    page.wait_for_selector("#before .before__answer", state="attached")
    at_rest(page)

    moved = page.evaluate("moved")

    assert sum(value for value, _ in moved) <= MOST, moved


def test_what_needs_a_script_takes_no_place_where_none_comes(
    page_of, ada, ticket, live_server
):
    page = page_of(ada, java_script_enabled=False)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    parts = page.locator(".needs-script").all()

    assert parts and not any(part.bounding_box() for part in parts)


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
def test_what_was_done_is_told_beside_what_was_said_where_no_script_comes(
    page_of, ada, ticket, live_server, size
):
    """Nothing takes it away, so it covers nothing."""
    width, height = size
    viewport = {"width": width, "height": height}
    page = page_of(ada, java_script_enabled=False, viewport=viewport)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.get_by_role("button", name="Claim").first.click()
    told = page.locator("[data-toast]").bounding_box()
    below = page.locator(".shell").bounding_box()

    assert 0 <= told["y"] < height
    assert told["y"] + told["height"] <= below["y"]


def _late(route):
    """Longer than a click excuses what moves, and after the first paint."""
    time.sleep(0.6)
    route.continue_()
