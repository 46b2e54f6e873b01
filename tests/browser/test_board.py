"""The board: news arrives by itself, and work moves by hand and by keys."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from webcare.actions.tickets import claim_ticket
from webcare.models import Presence, Ticket

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
# What news does to a row that nobody holds.
ANEW = """() => document.querySelectorAll(".work").forEach((row) =>
  row.replaceChildren(...row.cloneNode(true).childNodes))"""


@pytest.fixture
def at_work(ada, bo):
    """Both agents are there, so that the board has people to give work to."""
    now = timezone.now()
    for one in (ada, bo):
        Presence.objects.create(user=one, state="present", seen_at=now)


@pytest.fixture
def board_of(page_of, live_server):
    def open_(user, **options):
        page = page_of(user, **options)
        page.goto(f"{live_server.url}/board")
        return page

    return open_


def now_of(ticket):
    ticket.refresh_from_db()
    return ticket


def test_who_waits_longest_stands_first_and_is_said(board_of, lena, make_ticket):
    new = make_ticket(author={"external_id": "a", "name": "Nadia New"})
    old = make_ticket(author={"external_id": "b", "name": "Otto Old"})
    waited = {new: timedelta(minutes=20), old: timedelta(hours=3)}
    for one, ago in waited.items():
        Ticket.objects.filter(pk=one.pk).update(waiting_since=timezone.now() - ago)

    page = board_of(lena)

    cards = page.locator("#board-longest .work")
    assert ["Otto Old" in one for one in cards.all_inner_texts()] == [True, False]
    assert "waits 3 h" in cards.first.inner_text()
    tiles = page.locator("#board-total .tile").all_inner_texts()
    assert "3 h" in next(one for one in tiles if "longest" in one.casefold())


def test_work_is_dragged_to_a_person_and_taken_back(
    board_of, lena, at_work, bo, ticket
):
    page = board_of(lena)
    hand = page.locator(f"#board-hands [data-id='{bo.public_id}']")

    page.locator("#board-longest .work").drag_to(hand)
    page.wait_for_selector(f"text=Ticket {ticket.number} went to {bo}.")
    page.wait_for_selector(f"#board-longest >> text=/· {bo} /")
    assert now_of(ticket).agent == bo

    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.wait_for_selector("#board-longest >> text=Nobody")
    assert now_of(ticket).agent is None


def test_work_is_dragged_to_another_queue_and_comes_back_to_who_had_it(
    board_of, lena, ada, power_queue, ticket
):
    claim_ticket(ticket=ticket, user=ada)
    lena.memberships.create(queue=power_queue, role="lead")
    page = board_of(lena)
    line = page.locator(f"#board-queues [data-id='{power_queue.slug}']")

    page.locator("#board-longest .work").drag_to(line)

    page.wait_for_selector(f"text=Ticket {ticket.number} went to Power cuts.")
    assert (now_of(ticket).queue, now_of(ticket).agent) == (power_queue, None)
    page.wait_for_selector("#board-longest >> text=/· Nobody /")

    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.wait_for_selector(f"#board-longest >> text=/· {ada} /")
    assert (now_of(ticket).queue.slug, now_of(ticket).agent) == ("shop", ada)


def test_work_is_moved_by_keys_alone(board_of, lena, at_work, bo, ticket):
    page = board_of(lena)
    button = page.locator("#board-longest [data-move]")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#move[open]")
    page.evaluate(ANEW)
    page.keyboard.type(str(bo))
    page.wait_for_selector(f"#move-list [aria-selected=true] >> text={bo}")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#board-longest >> text=/· {bo} /")

    assert now_of(ticket).agent == bo
    # Who moves by keys goes on where they were.
    assert page.evaluate("document.activeElement.closest('.work')?.dataset.number")


def test_news_arrives_by_itself_and_what_is_held_stays_in_its_place(
    board_of, lena, ticket, make_ticket, rest
):
    page = board_of(lena)
    page.locator("#board-longest [data-move]").focus()

    other = make_ticket(author={"external_id": "new", "name": "Nadia New"})
    rest()

    page.wait_for_selector("#board-longest >> text=Nadia New", timeout=8_000)
    shown = page.locator("#board-longest .work")
    numbers = [one.get_attribute("data-number") for one in shown.all()]
    assert numbers == [str(ticket.number), str(other.number)]
    # What was counted a moment before it came is counted again with the next news.
    tile = "document.querySelector('#board-total .tile__value').innerText"
    page.wait_for_function(f"() => {tile} === '2'")
    held = page.evaluate("document.activeElement.closest('.work').dataset.number")
    assert held == str(ticket.number)


def test_a_board_without_a_network_says_so_and_goes_on(board_of, lena, make_ticket):
    page = board_of(lena)
    page.context.set_offline(True)
    page.evaluate("document.dispatchEvent(new Event('desk:look'))")
    page.wait_for_selector("body.is-offline")
    make_ticket(author={"external_id": "new", "name": "Nadia New"})

    page.context.set_offline(False)

    page.wait_for_selector("#board-longest >> text=Nadia New", timeout=8_000)
    assert "is-offline" not in page.evaluate("document.body.className")


def test_who_answers_sees_the_board_and_moves_nothing(board_of, ada, ticket):
    page = board_of(ada)

    assert page.locator(".work").count() > 0
    assert page.locator("[data-move], [draggable=true], #move").count() == 0


def test_a_board_is_said_in_dutch_and_fits_a_phone(
    board_of, in_dutch, lena, at_work, ticket
):
    page = in_dutch(board_of(lena, viewport={"width": 390, "height": 844}))

    assert page.locator("h1").inner_text() == "Bord"
    page.wait_for_selector("#curve canvas")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
