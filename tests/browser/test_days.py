"""Whole ways through the desk: a newcomer's, without a script, by two at once."""

import os
import re

import pytest

from conversations.models import Delivery
from demo.organisation import make_demo
from webcare.models import Reply, Tag, Ticket

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
MOST_CLICKS = 6
# Where a ticket may be answered either way, the button says which it is.
SEND = re.compile("^Send( in (public|private))?$")


def test_a_newcomer_answers_a_ticket_in_six_clicks(page_of, cas, live_server):
    """What `make up` prints is all they have; nothing is read first."""
    login = make_demo().login
    page = page_of(cas)
    page.context.clear_cookies()
    clicks = []

    def click(part):
        clicks.append(part)
        part.click()

    page.goto(live_server.url)
    page.get_by_label("Name").fill(login["username"])
    page.get_by_label("Password").fill(login["password"])
    click(page.get_by_role("button", name="Sign in"))
    for row in range(MOST_CLICKS):
        click(page.locator("#rows .row__link").nth(row))
        page.wait_for_selector("#reply-text")
        if page.locator("#reply [data-first]").is_enabled():
            break
        # Heard where the desk only listens, as the page says: back, and the next one.
        click(page.locator("[data-back]"))
    click(page.locator("#reply-text"))
    page.keyboard.type("We look into it at once.")
    click(page.get_by_role("button", name=SEND))
    # What is about danger stands first, and goes out at once.
    page.wait_for_selector(".said--us >> text=We look into it at once.")

    assert len(clicks) <= MOST_CLICKS
    assert Reply.objects.get().author.username == login["username"]


def test_the_main_job_is_done_without_a_script(page_of, ada, ticket):
    page = page_of(ada, java_script_enabled=False)
    page.locator("#rows .row__link").first.click()
    page.get_by_role("button", name="Claim").click()
    page.locator("#reply-text").fill("Tomorrow between ten and twelve.")
    page.get_by_role("button", name="Send and resolve").click()

    # It may be taken back until it goes out; what is resolved by it is so afterwards.
    assert page.locator("text=Tomorrow between ten and twelve.").count() == 1
    assert Delivery.objects.get().text.startswith("Tomorrow between ten and twelve.")
    assert Ticket.objects.get().agent == ada


def test_a_priority_and_tags_are_given_without_a_script(
    page_of, ada, ticket, live_server
):
    Tag.objects.create(slug="angry", name="Angry")
    page = page_of(ada, java_script_enabled=False)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    fact = {
        name: page.locator("#card .fact", has=page.get_by_role("heading", name=name))
        for name in ("Priority", "Tags")
    }
    fact["Priority"].locator("summary").click()
    fact["Priority"].locator("select").select_option("high")
    fact["Priority"].locator("[name=reason]").fill("Press.")
    fact["Priority"].get_by_role("button", name="Save").click()
    fact["Tags"].locator("summary").click()
    fact["Tags"].get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Undo").click()
    ticket.refresh_from_db()
    given = (ticket.priority, ticket.priority_reason, ticket.ticket_tags.count())
    assert given == ("high", "Press.", 0)

    fact["Tags"].locator("summary").click()
    fact["Tags"].get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Take off Angry").click()
    kinds = ticket.events.filter(data__tag="angry").order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == ["tagged", "untagged"] * 2


def test_of_two_answers_at_once_one_is_held_up(page_of, ada, bo, ticket, live_server):
    address = f"{live_server.url}/tickets/{ticket.public_id}"
    first, second = page_of(ada), page_of(bo)
    first.goto(address)
    second.goto(address)
    second.locator("#reply-text").press_sequentially("I was writing too")
    first.locator("#reply-text").press_sequentially("Tomorrow.")
    first.keyboard.press("Control+Enter")
    first.wait_for_selector("[data-countdown]")

    second.locator("#reply-text").press("Control+Enter")

    second.wait_for_selector("text=Not sent yet: something new was said")
    assert second.input_value("#reply-text") == "I was writing too"
    assert Reply.objects.count() == 1


def test_a_day_in_dutch_on_a_phone(page_of, in_dutch, ada, ticket):
    phone = {"width": 390, "height": 844}
    page = in_dutch(page_of(ada, viewport=phone, has_touch=True))
    assert page.locator("h1").inner_text() == "Alles"
    page.locator("#rows .row__link").first.tap()
    page.wait_for_selector("text=Openbaar.")
    page.fill("#reply-text", "Morgen tussen tien en twaalf.")
    page.get_by_role("button", name="Versturen", exact=True).tap()
    page.wait_for_selector("text=Terugnemen")

    assert page.evaluate("document.documentElement.scrollWidth") == phone["width"]
    assert Reply.objects.count() == 1
