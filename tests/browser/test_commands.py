"""Ctrl-K: anything is found and done from one line, by keys alone."""

import os
import re
import time

import pytest

from webcare.actions.macros import make_macro
from webcare.domain.macros import Wording

expect = pytest.importorskip("playwright.sync_api").expect

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
CHOSEN = "#commands-list [aria-selected=true]"


@pytest.fixture
def ask(live_server):
    """Opens the line on a page, types, and waits for what is to stand first."""

    def type_(page, wanted, first):
        page.keyboard.press("Control+k")
        page.wait_for_selector("#commands[open]")
        page.keyboard.type(wanted)
        page.wait_for_selector(f"{CHOSEN} >> text={first}")

    return type_


def opened(page, ticket, live_server):
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.wait_for_selector("#reply-text")
    return page


def test_a_page_is_gone_to_though_letters_are_left_out(page_of, ada, ask):
    page = page_of(ada)
    ask(page, "brd", "Board")

    page.keyboard.press("Enter")

    page.wait_for_url("**/board")


def test_a_ticket_is_found_by_what_was_said(page_of, ada, make_ticket, ask):
    wanted = make_ticket(text="The lorry with my parcel hit a swan.")
    make_ticket()
    page = page_of(ada)
    ask(page, "swan", f"#{wanted.number}")

    page.keyboard.press("Enter")

    page.wait_for_url(f"**/tickets/{wanted.public_id}*")


def test_a_colleague_s_work_is_gone_to_by_name(page_of, ada, bo, ask):
    page = page_of(ada)
    ask(page, "bo", "Person")

    page.keyboard.press("Enter")

    page.wait_for_url(f"**agent={bo.public_id}*")


def test_what_was_moved_to_stays_chosen_while_more_is_found(
    page_of, ada, make_ticket, ask
):
    make_ticket(text="A board fell on my parcel.")
    page = page_of(ada)
    # The search behind it answers slowly: somebody moves on meanwhile.
    page.route("**/api/v1/search?*", lambda route: (time.sleep(1), route.continue_()))
    ask(page, "board", "Board")
    page.keyboard.press("ArrowDown")
    moved_to = page.locator(CHOSEN).inner_text()

    page.wait_for_selector("#commands-list >> text=A board fell")

    assert page.locator(CHOSEN).inner_text() == moved_to
    assert moved_to != "Board"


def test_a_macro_is_used_where_one_writes(page_of, ada, ticket, ask, live_server):
    words = [Wording(None, "", "Where do you live?")]
    make_macro(user=ada, name="Ask for the address", texts=words)
    page = opened(page_of(ada), ticket, live_server)
    ask(page, "adress", "Ask for the address")

    page.keyboard.press("Enter")

    expect(page.locator("#reply-text")).to_have_value(re.compile("live\\?$"))


def test_what_the_page_can_do_is_done(page_of, ada, ticket, ask, live_server):
    page = opened(page_of(ada), ticket, live_server)
    ask(page, "claim", "Claim")

    page.keyboard.press("Enter")

    page.wait_for_selector("text=Give back")
    ticket.refresh_from_db()
    assert ticket.agent == ada


def test_escape_leaves_everything_as_it_was(page_of, ada, ticket, ask, live_server):
    page = opened(page_of(ada), ticket, live_server)
    page.focus("#reply-text")
    page.keyboard.type("Half a ")
    ask(page, "board", "Board")
    page.keyboard.press("Escape")
    page.wait_for_selector("#commands", state="hidden")
    page.keyboard.type("sentence")

    assert page.input_value("#reply-text") == "Half a sentence"


def test_what_is_called_nothing_is_said(page_of, ada, ask):
    page = page_of(ada)
    ask(page, "", "")
    page.keyboard.type("qqqqxzqq")

    page.wait_for_selector("text=Nothing is called so.")
    page.wait_for_selector("#commands [role=status] >> text=0 found", state="attached")


def test_it_is_said_in_dutch(page_of, in_dutch, ada, ask):
    page = in_dutch(page_of(ada))
    ask(page, "rapp", "Rapporten")

    assert "Pagina" in page.locator(CHOSEN).inner_text()
