"""Four eyes with a keyboard and a mouse: sent back, written on, approved."""

import os

import pytest
from playwright.sync_api import expect

from conversations.models import Delivery
from webcare.models import Approval

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


def test_an_answer_is_sent_back_written_on_and_approved(
    page_of, live_server, ada, lena, ticket, shop_queue
):
    shop_queue.needs_approval = True
    shop_queue.save()
    address = f"{live_server.url}/tickets/{ticket.public_id}"
    writer, reader = page_of(ada), page_of(lena)

    writer.goto(address)
    writer.locator("#reply-text").fill("From ten.")
    writer.get_by_role("button", name="Send", exact=True).click()
    expect(writer.get_by_text("Not sent yet")).to_be_visible()

    reader.keyboard.press("g")
    reader.keyboard.press("a")
    reader.wait_for_url("**/approvals")
    reader.get_by_text("Do not approve").click()
    reader.get_by_label("What should be different?").fill("Say which shop.")
    reader.get_by_role("button", name="Send it back").click()
    expect(reader.get_by_text("Nothing waits for approval")).to_be_visible()

    writer.goto(address)
    expect(writer.get_by_text("Say which shop.")).to_be_visible()
    writer.get_by_role("link", name="Write on").click()
    expect(writer.locator("#reply-text")).to_have_value("From ten.")
    writer.locator("#reply-text").fill("From ten, in Delft.")
    writer.get_by_role("button", name="Send", exact=True).click()
    expect(writer.get_by_text("Not sent yet")).to_be_visible()

    reader.goto(address)
    reader.get_by_role("button", name="Approve", exact=True).click()
    expect(reader.get_by_text("in the name of Ada")).to_be_visible()
    assert Delivery.objects.get().text == "From ten, in Delft."
    states = Approval.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["rejected", "approved"]
