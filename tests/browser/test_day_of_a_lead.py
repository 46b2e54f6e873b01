"""A whole day of a lead, in one browser: the board, four eyes, work, figures, words."""

import csv
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from conversations.models import Delivery
from webcare.models import BulkJob, Macro, Presence, Ticket, TopicRule
from webcare.queries.rolls import FRESH

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(ada, bo, lena, shop_queue, make_ticket):
    """Two agents at work under four eyes, and three who wait."""
    now = timezone.now()
    for one in (ada, bo):
        Presence.objects.create(user=one, state="present", seen_at=now)
    shop_queue.needs_approval = True
    shop_queue.save()
    names = ("Anna Appel", "Bert Bos", "Carla Cats")
    made = [make_ticket(author={"external_id": one, "name": one}) for one in names]
    for hours, ticket in enumerate(made, start=1):
        since = now - FRESH - timedelta(hours=4 - hours)
        Ticket.objects.filter(pk=ticket.pk).update(waiting_since=since)
    return made


def go(page, key, place):
    """To another place by two keys."""
    page.keyboard.press("g")
    page.keyboard.press(key)
    page.wait_for_url(f"**{place}")
    page.wait_for_load_state("load")


def test_a_day(page_of, ada, bo, lena, root, desk, pump, live_server):
    lead, agent = page_of(lena), page_of(ada)
    oldest = desk[0]
    _gives_out_what_waits_longest(lead, oldest, ada)
    _approves_what_was_written(lead, agent, oldest, live_server)
    _hands_out_the_rest_at_once(lead, desk[1:], bo, pump)
    _keeps_words_for_everybody(page_of(root), live_server)
    _reads_how_fast_it_went(lead, live_server)
    _hears_what_people_talk_about(lead)


def _gives_out_what_waits_longest(page, ticket, agent):
    go(page, "b", "/board")
    first = page.locator("#board-longest .work").first
    expect(first).to_contain_text("Anna Appel")
    first.locator("[data-move]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#move[open]")
    page.keyboard.type(str(agent))
    page.wait_for_selector(f"#move-list [aria-selected=true] >> text={agent}")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#board-longest >> text=/· {agent} /")

    ticket.refresh_from_db()
    assert ticket.agent == agent


def _approves_what_was_written(lead, agent, ticket, live_server):
    agent.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    agent.locator("#reply-text").fill("It comes tomorrow between ten and twelve.")
    agent.get_by_role("button", name="Send and resolve").click()
    expect(agent.get_by_text("Not sent yet")).to_be_visible()
    assert not Delivery.objects.exists()

    go(lead, "a", "/approvals")
    lead.get_by_role("button", name="Approve", exact=True).click()
    expect(lead.get_by_text("Nothing waits for approval")).to_be_visible()
    assert Delivery.objects.get().text.startswith("It comes tomorrow")


def _hands_out_the_rest_at_once(page, tickets, agent, pump):
    go(page, "i", "/")
    for _ in tickets:
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.wait_for_selector("text=2 selected")
    page.locator(".bulk summary", has_text="More").click()
    page.locator(".bulk select[name=agent]").select_option(str(agent.public_id))
    page.locator("[data-change=assign] button").click()
    page.wait_for_selector("[data-progress]:not([hidden])")
    pump()
    page.wait_for_selector("text=2 changed")

    assert BulkJob.objects.count() == 1
    assert set(Ticket.objects.filter(agent=agent)) == set(tickets)


def _keeps_words_for_everybody(page, live_server):
    page.goto(f"{live_server.url}/setup/macros/+new")
    page.wait_for_selector("form[data-thing]:not([aria-busy])")
    page.locator('[data-path="name"] input').first.fill("It comes")
    page.locator('[data-path="owned_by"] select').select_option("desk")
    texts = page.locator('[data-path="texts"]')
    texts.locator("textarea").fill("It comes tomorrow.")
    page.get_by_role("button", name="Add a macro").click()
    page.wait_for_selector("h1:has-text('It comes')")
    assert Macro.objects.get().texts.get().text == "It comes tomorrow."

    page.goto(f"{live_server.url}/setup/topics/delivery")
    page.locator('[data-path="pattern"] input').first.fill("courier")
    page.get_by_role("button", name="Add words").click()
    page.wait_for_selector("[data-rows] >> text=courier")
    assert TopicRule.objects.filter(pattern="courier").exists()


def _reads_how_fast_it_went(page, live_server):
    page.goto(f"{live_server.url}/reports/response-times?period=today&by=agent")
    page.wait_for_selector("#report[aria-busy=false]")
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as asked:
        page.locator("[data-export]").first.click()
    rows = list(csv.reader(Path(asked.value.path()).read_text().splitlines()))
    assert len(rows) > 1

    page.goto(f"{live_server.url}/reports/volume?period=today&by=queue")
    page.wait_for_selector("#report[aria-busy=false]")
    page.locator("tbody th a").first.click()
    page.wait_for_selector("#rows > li")
    assert page.locator("#rows > li").count() == 3


def _hears_what_people_talk_about(page):
    page.locator(".places").get_by_text("Listening").click()
    page.wait_for_selector("h1 >> text=Listening")
    line = page.locator("tr", has_text="Delivery").first
    expect(line.locator("td").first).to_have_text("3")
    line.locator("a").click()
    page.wait_for_selector("#rows > li")
    assert page.locator("#rows > li").count() == 3
