"""What a person sees happen: arrival without a jump, keys, undo, a lost network."""

import os
import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from webcare.actions.macros import make_macro
from webcare.actions.notes import add_note
from webcare.domain.macros import Wording
from webcare.models import Reply, Tag

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)
CLAIM = re.compile("^(Claim|Give back)$")


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
    page.wait_for_load_state("load")  # its keys are heard from then on
    page.keyboard.press("r")
    page.keyboard.type("Tomorrow between ten and twelve.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-countdown]")
    # The stream may tell of it before what was written is answered.
    page.wait_for_function("() => !document.querySelector('#reply-text').value")

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


def test_a_ticket_is_handed_over_and_parked_by_keys(page_of, ada, bo, ticket):
    page = page_of(ada)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#reply-text")
    page.wait_for_load_state("load")  # its keys are heard from then on
    page.keyboard.press("c")
    page.wait_for_selector("text=Give back")

    page.keyboard.press("a")
    page.wait_for_selector(f"[data-list] button[value='{bo.public_id}']")
    page.keyboard.type(str(bo)[:3])
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Handed over.")
    page.wait_for_selector(f"#bar >> text={bo}")

    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Parked until the customer writes.")

    ticket.refresh_from_db()
    assert (ticket.agent, ticket.status) == (bo, "pending")


def test_a_ticket_is_parked_until_a_time_on_the_desks_clock(
    page_of, ada, ticket, live_server
):
    page = page_of(ada, timezone_id="Pacific/Auckland")
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.keyboard.press("s")
    tomorrow = timezone.now().date() + timedelta(days=1)
    page.get_by_label("Another moment").fill(f"{tomorrow}T14:05")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Parked until then.")

    ticket.refresh_from_db()
    until = datetime.combine(tomorrow, time(14, 5), ZoneInfo("Europe/Amsterdam"))
    assert ticket.snoozed_until == until


def test_what_is_written_is_there_again_in_another_window(
    page_of, ada, ticket, live_server
):
    address = f"{live_server.url}/tickets/{ticket.public_id}"
    page = page_of(ada)
    page.goto(address)
    page.fill("#reply-text", "Half a sentence about")
    page.wait_for_selector("text=Draft kept")

    page.goto(address)

    assert page.input_value("#reply-text") == "Half a sentence about"


def test_a_note_that_was_begun_is_there_again_beside_an_answer(
    page_of, ada, ticket, live_server
):
    address = f"{live_server.url}/tickets/{ticket.public_id}"
    page = page_of(ada)
    page.goto(address)
    page.fill("#reply-text", "An answer")
    page.wait_for_selector("#reply >> text=Draft kept")
    page.locator("[for=mode-note]").click()
    page.fill("#note-text", "She called already")
    page.wait_for_selector("[data-note] >> text=Draft kept")

    page.goto(address)

    assert page.input_value("#note-text") == "She called already"
    assert page.input_value("#reply-text") == "An answer"
    assert page.locator("[for=mode-note] .begun").is_visible()
    page.locator("[for=mode-note]").click()
    page.locator("[data-note] [data-first]").click()
    page.wait_for_selector(".said--note >> text=She called already")
    page.goto(address)
    assert page.input_value("#note-text") == ""
    assert page.input_value("#reply-text") == "An answer"


def test_a_colleague_who_writes_is_seen_by_the_other(
    page_of, ada, bo, ticket, live_server
):
    address = f"{live_server.url}/tickets/{ticket.public_id}"
    first, second = page_of(ada), page_of(bo)
    first.goto(address)
    second.goto(address)
    second.locator("#reply-text").press_sequentially("I am on it")

    first.wait_for_selector(f"text={bo} is writing an answer", timeout=15_000)


def test_a_macro_stands_where_one_writes_and_says_what_else_it_does(
    page_of, ada, ticket, live_server
):
    make_macro(
        user=ada,
        name="Ask for the address",
        texts=[Wording(None, "", "Hello {{author.name}}, where do you live?")],
        priority="high",
    )
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.keyboard.press("m")
    page.get_by_role("button", name="Ask for the address").click()
    page.wait_for_selector("text=This macro also changes the ticket: priority: high.")

    assert page.input_value("#reply-text").endswith("where do you live?")

    page.get_by_text("Do so").click()
    page.wait_for_selector("text=Changed as the macro says.")
    ticket.refresh_from_db()
    assert ticket.priority == "high"


def test_a_macro_that_resolves_is_sent_so_and_counted(
    page_of, ada, ticket, live_server
):
    words = [Wording(None, "", "It comes tomorrow.")]
    made = make_macro(user=ada, name="Comes", texts=words, then="resolved")
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.keyboard.press("m")
    page.get_by_role("button", name="Comes").click()
    page.wait_for_selector("text=By the macro: Send and resolve.")
    assert page.locator("[data-apply]").is_hidden()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-countdown]")

    made.refresh_from_db()
    assert _now(ticket).status == "resolved"
    assert made.usage_count == 1


def test_several_tickets_are_resolved_at_once_and_taken_back(
    page_of, ada, ticket, make_ticket, pump
):
    other = make_ticket(author={"external_id": "other", "name": "Otto Other"})
    page = page_of(ada)
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.wait_for_selector("text=2 selected")
    page.locator(".bulk summary", has_text="Resolve").click()
    page.get_by_role("button", name="No answer needed").click()
    page.wait_for_selector("[data-progress]:not([hidden])")
    pump()
    page.wait_for_selector("text=2 changed")

    assert {t.status for t in (_now(ticket), _now(other))} == {"resolved"}

    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.wait_for_selector(".toast", state="detached")
    pump()
    assert {t.status for t in (_now(ticket), _now(other))} == {"new"}


def test_a_list_is_narrowed_and_kept_under_a_name(page_of, ada, ticket):
    page = page_of(ada)
    page.get_by_role("link", name="Filter").click()
    page.get_by_text("Filters", exact=True).click()
    page.select_option("select[name=agent]", "none")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("Keep as a view").click()
    page.fill("input[name=name]", "Nobody is on it")
    page.get_by_role("button", name="Keep", exact=True).click()

    page.wait_for_selector("h1 >> text=Nobody is on it")
    page.wait_for_selector("#kept >> text=Nobody is on it")


def _now(ticket):
    ticket.refresh_from_db()
    return ticket


def test_why_a_ticket_has_its_topic_is_unfolded(page_of, root, ticket, live_server):
    page = page_of(root)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    assert not page.locator(".why").count()

    page.get_by_text("Why this topic?").click()

    page.wait_for_selector(".why >> text=Words of the desk")
    assert page.locator(".card .why .word").inner_text() == "parcel"
    assert page.locator("#ticket").count() == 1


def test_a_priority_and_a_tag_are_taken_back(page_of, ada, ticket, live_server):
    Tag.objects.create(slug="angry", name="Angry")
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.wait_for_load_state("load")
    for fact, what in (("Priority", "priority"), ("Tags", "tag")):
        part = page.locator("#card .fact", has=page.get_by_role("heading", name=fact))
        part.locator("summary").click()
        if what == "priority":
            part.locator("select").select_option("high")
            part.locator("[name=reason]").fill("Press.")
        part.locator(".change__body .button").click()
        page.locator(".toast >> text=Undo").click()
        page.wait_for_selector(".toast", state="detached")

    ticket.refresh_from_db()
    assert (ticket.priority, ticket.ticket_tags.count()) == ("normal", 0)
    assert ticket.events.filter(kind="untagged").exists()
    assert ticket.events.filter(kind="undone").exists()


def test_what_is_said_of_a_claim_leaves_the_answer_free(
    page_of, ada, ticket, live_server
):
    for size in ({"width": 1360, "height": 850}, {"width": 390, "height": 844}):
        page = page_of(ada, viewport=size)
        page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
        act = page.locator("#bar").get_by_role("button", name=CLAIM)
        act.click()
        page.wait_for_selector(".toast")
        send = page.locator(".for-reply [data-first]").bounding_box()
        said = page.locator(".toast").bounding_box()

        assert said["y"] + said["height"] < send["y"]


def test_escape_leaves_what_was_about_to_be_chosen_anew(
    page_of, ada, ticket, live_server
):
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    page.wait_for_selector("html.has-script")
    page.keyboard.press("t")
    assert page.evaluate("document.activeElement.name") == "topic"

    page.keyboard.press("Escape")

    assert page.locator("details.change[open]").count() == 0
