"""What is seldom done, from the menu of a ticket and from the bar of a list."""

import os

import pytest

from webcare.models import Calendar, OnCall, Policy, Ticket, TicketLink
from webcare.queries.calendars import current_version

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(make_ticket):
    return make_ticket(author={"external_id": "kim", "name": "Kim Kok"})


def test_tickets_are_merged_and_taken_apart(page_of, ada, ticket, other, live_server):
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.keyboard.press("o")
    page.get_by_role("link", name="Merge into another ticket").click()
    page.wait_for_selector("#more[open] #act-number:focus")
    page.keyboard.type(str(other.pk))
    page.keyboard.press("Enter")
    page.locator("#more").get_by_role("button", name="Merge").click()
    toast = page.locator(".toast", has_text=f"Merged into #{other.pk}.")
    toast.wait_for()
    ticket.refresh_from_db()
    assert ticket.merged_into == other

    toast.get_by_role("button", name="Undo").click()
    toast.wait_for(state="detached")
    ticket.refresh_from_db()
    assert ticket.merged_into is None


def test_a_ticket_is_linked_from_the_command_line(
    page_of, ada, ticket, other, live_server
):
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#commands[open] [aria-selected=true]")
    page.keyboard.type("link to another")
    page.wait_for_selector("#commands-list [aria-selected=true] >> text=Link to")
    page.keyboard.press("Enter")
    page.wait_for_selector("#more[open] #act-number:focus")
    page.keyboard.type(str(other.pk))
    page.keyboard.press("Enter")
    page.locator("#more select[name=kind]").select_option("parent")
    page.locator("#more").get_by_role("button", name="Link", exact=True).click()
    page.wait_for_selector(f".beside >> text=#{other.pk}")

    assert TicketLink.objects.get().kind == "parent"


def test_what_a_change_of_many_leaves_says_why(
    page_of, ada, ticket, other, pump, shop_queue
):
    Ticket.objects.filter(pk=other.pk).update(priority="high", priority_reason="So")
    page = page_of(ada)
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.locator(".bulk summary", has_text="Priority").click()
    page.locator(".bulk").get_by_role("button", name="High").click()
    page.wait_for_selector("[data-progress]:not([hidden])")
    pump()

    page.wait_for_selector(f"[data-left-over] >> text=#{other.pk} it was so already")


def test_many_get_a_topic(page_of, lena, ticket, pump, delivery_topic):
    Ticket.objects.filter(pk=ticket.pk).update(topic=None)
    page = page_of(lena)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator(".bulk summary", has_text="More").click()
    page.locator(".bulk select[name=topic]").select_option("delivery")
    page.locator("[data-change=classify] button").click()
    page.wait_for_selector("[data-progress]:not([hidden])")
    pump()
    page.wait_for_selector("text=1 changed")

    ticket.refresh_from_db()
    assert ticket.topic == delivery_topic


def test_a_promise_is_made_whole(page_of, root, shop_queue, live_server):
    page = page_of(root)
    page.goto(f"{live_server.url}/setup/policies/+new")
    page.locator('[data-path="name"] input').fill("Shop")
    promises = page.locator('[data-path="promises"]')
    promises.locator('[data-path="promise"] select').select_option("first_response")
    promises.locator('[data-path="seconds"] input').fill("30")
    promises.locator(".line__more summary").click()
    promises.locator('[data-path="by_priority.urgent"] input').fill("5")
    promises.locator('[data-path="warnings"] input').fill("50%, 2 min")
    promises.locator('[data-path="pauses_while"] input[value=on_hold]').check(
        force=True
    )
    page.get_by_role("button", name="Add a promise").click()
    page.wait_for_url("**/setup/policies/*-*")

    made = Policy.objects.get().versions.get().definition["promises"]["first_response"]
    assert made["seconds"] == 1_800
    assert made["by_priority"] == {"urgent": 300}
    assert made["warnings"] == [{"fraction": 0.5}, {"before": 120}]
    assert made["pauses_while"] == ["on_hold"]


def test_days_that_end_early_are_suggested(page_of, root, live_server):
    page = page_of(root)
    page.goto(f"{live_server.url}/setup/calendars/+new")
    page.locator('[data-path="name"] input').first.fill("Office")
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday"):
        page.locator(f"[data-day={day}]").fill("09:00-22:00")
    for day in ("saturday", "sunday"):
        page.locator(f"[data-day={day}]").fill("09:00-22:00")
    page.get_by_role("button", name="Add a calendar").click()
    page.wait_for_url("**/setup/calendars/office")
    page.wait_for_selector("h1:has-text('Office')")
    page.locator("[data-suggest]").click()
    early = page.locator("[data-suggested] label", has_text="09:00-").first
    early.locator("input").check()
    page.locator("[data-take]").click()
    page.get_by_role("button", name="Keep").first.click()
    page.wait_for_selector("text=Kept.")

    days = current_version(Calendar.objects.get(slug="office")).definition["holidays"]
    assert any(one["hours"] and one["hours"][0]["until"] < "22:00" for one in days)


def test_somebody_is_put_on_call(page_of, root, ada, live_server):
    page = page_of(root)
    page.goto(f"{live_server.url}/setup/on-call/+new")
    page.locator('[data-path="position"] input').fill("1")
    page.locator('[data-path="name"] input').fill("Ada")
    page.locator('[data-path="agent"] select').select_option(str(ada.public_id))
    page.get_by_role("button", name="Put somebody on call").click()
    page.wait_for_url("**/setup/on-call/*-*")
    page.wait_for_selector("h1:has-text('Ada')")
    page.locator('[data-path="wait_minutes"] input').fill("3")
    page.get_by_role("button", name="Keep").first.click()
    page.wait_for_selector("text=Kept.")

    made = OnCall.objects.get()
    assert (made.user, made.wait_minutes) == (ada, 3)
