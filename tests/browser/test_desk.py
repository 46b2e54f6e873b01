"""What a person sees happen: arrival without a jump, keys, undo, a lost network."""

import os

import pytest

from webcare.actions.notes import add_note
from webcare.models import Reply

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_new_ticket_appears_by_itself_and_focus_stays(
    page_of, ada, ticket, make_ticket
):
    page = page_of(ada)
    page.keyboard.press("j")
    arrived = make_ticket(author={"external_id": "new", "name": "Nadia New"})

    page.wait_for_selector(f"#t-{arrived.pk}", timeout=8_000)

    focused = page.evaluate("document.activeElement.closest('li').id")
    assert focused == f"t-{ticket.pk}"


def test_a_ticket_is_answered_and_taken_back_by_keys(page_of, ada, ticket):
    page = page_of(ada)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#reply-text")
    page.keyboard.press("r")
    page.keyboard.type("Tomorrow between ten and twelve.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-countdown]")

    assert page.input_value("#reply-text") == ""

    page.get_by_text("Take back").click()
    page.wait_for_selector("text=It has not been sent.")

    assert page.input_value("#reply-text") == "Tomorrow between ten and twelve."
    assert Reply.objects.get().delivery.state == "cancelled"


def test_a_lost_network_is_said_and_mended(page_of, ada, bo, ticket, live_server):
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.context.set_offline(True)
    page.wait_for_selector("body.is-offline", timeout=10_000)
    page.fill("#reply-text", "A draft that stays.")
    add_note(ticket=ticket, user=bo, text="Seen after the cut.")

    page.context.set_offline(False)

    page.wait_for_selector("text=Seen after the cut.", timeout=15_000)
    assert page.input_value("#reply-text") == "A draft that stays."
    assert "is-offline" not in page.evaluate("document.body.className")


def test_a_phone_shows_no_more_than_its_width(page_of, ada, ticket, live_server):
    page = page_of(ada, viewport={"width": 390, "height": 844})
    widths = [page.evaluate("document.documentElement.scrollWidth")]
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [390, 390]
