"""A whole day of an agent, in one browser: from signing in to signing out."""

import os

import pytest
from playwright.sync_api import expect

from webcare.actions.macros import make_macro
from webcare.domain.macros import Owner, Wording
from webcare.models import Note, Presence, Ticket, Topic

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse battery"
KIM = {"external_id": "kim", "handle": "kim", "name": "Kim Kok"}


@pytest.fixture
def morning(page_of, ada, live_server):
    """Ada has signed in, as from anywhere."""
    ada.set_password(PASSWORD)
    ada.save()
    page = page_of(ada)
    page.context.clear_cookies()
    page.goto(live_server.url)
    page.get_by_label("Name").fill(ada.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1 >> text=All")
    return page


@pytest.fixture
def canned(root):
    """A macro of the whole desk."""
    words = [Wording(None, "", "Hello {{author.name}}, it comes tomorrow.")]
    return make_macro(user=root, owned_by=Owner.DESK, name="It comes", texts=words)


def opened(page, ticket):
    """From the list into a ticket, by its row."""
    page.locator(f"#t-{ticket.pk} .row__link").click()
    page.wait_for_selector("#reply-text")
    page.wait_for_load_state("load")  # its keys are heard from then on


def to_the_list(page):
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_selector("#rows", state="attached")
    page.wait_for_load_state("load")


def test_a_day(morning, ada, bo, shop, make_ticket, hear, item, canned):
    page = morning
    _is_present(page, ada)
    asked = _arrives_by_itself(page, make_ticket)
    _is_answered_with_a_macro(page, asked, canned)
    _says_thanks_and_stays_done(page, asked, shop, hear, item)
    _is_looked_into_with_a_colleague(page, make_ticket, bo)
    _is_put_off_and_found_again(page, make_ticket)
    _goes_home(page, ada)


def _is_present(page, ada):
    page.locator(".me summary").click()
    page.locator(".me").get_by_role("button", name="Present", exact=True).click()
    page.wait_for_selector(".me__name >> text=Present")
    assert Presence.objects.get(user=ada).state == "present"


def _arrives_by_itself(page, make_ticket):
    ticket = make_ticket(author=KIM)
    page.wait_for_selector(f"#t-{ticket.pk}", timeout=20_000)
    return ticket


def _is_answered_with_a_macro(page, ticket, canned):
    opened(page, ticket)
    page.keyboard.press("c")
    page.wait_for_selector("text=Give back")
    page.keyboard.press("m")
    page.get_by_role("button", name="It comes").click()
    expect(page.locator("#reply-text")).to_have_value(
        "Hello Kim Kok, it comes tomorrow."
    )
    page.get_by_role("button", name="Send and resolve").click()
    page.wait_for_selector("[data-countdown]")
    page.wait_for_selector("#bar >> text=Resolved")

    ticket.refresh_from_db()
    canned.refresh_from_db()
    assert (ticket.status, canned.usage_count) == ("resolved", 1)


def _says_thanks_and_stays_done(page, ticket, shop, hear, item):
    first = ticket.ticket_messages.get().message.external_id
    hear(shop, item(author=KIM, text="Thanks, great!", in_reply_to=first))
    page.wait_for_selector("#timeline >> text=Thanks, great!", timeout=20_000)

    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    to_the_list(page)


def _is_looked_into_with_a_colleague(page, make_ticket, bo):
    """The topic is put right, a colleague is asked, and gets the ticket."""
    bills = Topic.objects.create(slug="bills", name="Bills")
    ticket = make_ticket(text="My parcel was charged twice.")
    page.wait_for_selector(f"#t-{ticket.pk}", timeout=20_000)
    opened(page, ticket)
    page.keyboard.press("t")
    page.locator("select[name=topic]").select_option("bills")
    page.locator(".fact", has_text="Topic").get_by_role("button", name="Save").click()
    page.wait_for_selector("#card .fact__value >> text=Bills")

    page.keyboard.press("c")
    page.wait_for_selector("text=Give back")
    page.keyboard.press("n")
    page.locator("#note-text").fill(f"@{bo.username} can you see the payment?")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#timeline >> text=can you see the payment?")
    page.locator("#bar summary", has_text="Assign").click()
    page.locator(f"[data-list] button[value='{bo.public_id}']").click()
    page.wait_for_selector("text=Handed over.")

    ticket.refresh_from_db()
    assert (ticket.topic, ticket.agent) == (bills, bo)
    assert [one.user for one in Note.objects.get().mentions.all()] == [bo]
    to_the_list(page)


def _is_put_off_and_found_again(page, make_ticket):
    ticket = make_ticket(text="Can my parcel come next week, near the windmill?")
    page.wait_for_selector(f"#t-{ticket.pk}", timeout=20_000)
    opened(page, ticket)
    page.keyboard.press("s")
    page.get_by_role("button", name="Tomorrow morning").click()
    page.wait_for_selector("#bar >> text=Take up")
    to_the_list(page)
    expect(page.locator(f"#t-{ticket.pk}")).to_have_count(0)

    page.keyboard.press("/")
    page.keyboard.type("windmill")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#t-{ticket.pk} mark >> text=windmill")
    assert Ticket.objects.get(pk=ticket.pk).status == "snoozed"


def _goes_home(page, ada):
    page.locator(".me summary").click()
    page.locator(".me").get_by_role("button", name="Away", exact=True).click()
    page.wait_for_selector(".me__name >> text=Away")
    page.locator(".me summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_selector("text=Password")
    assert Presence.objects.get(user=ada).state == "away"
