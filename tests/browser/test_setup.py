"""An administrator's day in a browser: what is set up on a page is so on the desk."""

import os

import pytest

from conversations.adapters.signatures import new_secret
from demo.platform import Platform
from webcare.domain.permissions import Role
from webcare.models import (
    ApiToken,
    Calendar,
    Macro,
    Membership,
    Queue,
    TopicRule,
)
from webcare.queries.calendars import current_version

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


def answer(page, path, value):
    part = page.locator(f'[data-path="{path}"]').first
    box = part.locator("input, select, textarea").first
    if box.evaluate("box => box.localName") == "select":
        box.select_option(value)
    else:
        box.fill(value)


def pick(page, path, value):
    page.locator(f'[data-path="{path}"] input[value="{value}"]').check(force=True)


def test_a_queue_is_made_and_gets_its_people(page_of, root, ada, live_server):
    page = page_of(root)
    page.goto(f"{live_server.url}/setup/queues/+new")
    answer(page, "name", "Bills and meters")
    answer(page, "first_response_seconds", "2")
    page.locator('[data-path="first_response_seconds"] select').select_option("3600")
    page.get_by_role("button", name="Add a queue").click()
    page.wait_for_url("**/setup/queues/bills-and-meters")
    page.wait_for_selector("h1:has-text('Bills and meters')")
    answer(page, "agent", str(ada.public_id))
    page.get_by_role("button", name="Put in the queue").click()
    page.wait_for_selector(f"[data-rows] >> text={ada}")

    made = Queue.objects.get(slug="bills-and-meters")
    assert made.first_response_seconds == 7_200
    assert Membership.objects.get(user=ada, queue=made).role == Role.AGENT

    answer(page, "name", "Bills")
    page.get_by_role("button", name="Keep").first.click()
    page.wait_for_selector("text=Kept.")

    made.refresh_from_db()
    assert made.name == "Bills"


def test_a_week_is_drawn_and_kept_and_a_mistake_is_told_beside_it(
    page_of, root, live_server
):
    page = page_of(root)
    page.goto(f"{live_server.url}/setup/calendars/+new")
    answer(page, "name", "Evenings")
    page.fill("[data-day=monday]", "09:00-12:30, 13:00-17:00")
    page.fill("[data-day=friday]", "22:00-02:00")
    assert page.locator(".week-picture__open").count() == 4

    page.fill("[data-day=sunday]", "whenever")
    page.get_by_role("button", name="Add a calendar").click()
    page.wait_for_selector('[data-path="week"] .problem:not([hidden])')
    page.fill("[data-day=sunday]", "")
    page.get_by_role("button", name="Add a calendar").click()
    page.wait_for_url("**/setup/calendars/evenings")

    week = current_version(Calendar.objects.get(slug="evenings")).definition["week"]
    assert week["friday"] == [{"from": "22:00", "until": "02:00"}]
    assert len(week["monday"]) == 2


def test_a_token_is_shown_once_and_ended(page_of, root, live_server):
    page = page_of(root)
    page.goto(f"{live_server.url}/setup/tokens/+new")
    answer(page, "name", "The website")
    pick(page, "scopes", "read")
    page.get_by_role("button", name="Make a token").click()
    page.wait_for_selector("dialog[open] >> text=wc_")
    page.get_by_role("button", name="I have it").click()
    page.wait_for_selector("[data-rows] >> text=The website")
    assert "wc_" not in page.content()

    page.on("dialog", lambda asked: asked.accept())
    page.get_by_role("button", name="End", exact=True).click()
    page.wait_for_selector("text=The token has ended.")

    assert ApiToken.objects.get().revoked_at


def test_words_say_what_a_text_is_about(page_of, root, delivery_topic, live_server):
    page = page_of(root)
    page.goto(f"{live_server.url}/setup/topics/delivery")
    answer(page, "pattern", "courier")
    page.get_by_role("button", name="Add words").click()
    page.wait_for_selector("[data-rows] >> text=courier")
    assert TopicRule.objects.filter(pattern="courier").exists()

    page.goto(f"{live_server.url}/setup/topics")
    page.fill("[data-try-topics] textarea", "Where is the courier?")
    page.get_by_role("button", name="What is it about?").click()
    page.wait_for_selector("[data-answer]:not([hidden]) >> text=courier")


def test_a_macro_begins_with_a_text_and_may_go_without(page_of, root, live_server):
    page = page_of(root)
    for name, text in (("Hours", "We open at ten."), ("Close it", "")):
        page.goto(f"{live_server.url}/setup/macros/+new")
        answer(page, "name", name)
        if text:
            answer(page, "text", text)
        else:
            page.get_by_role("button", name="Take out").click()
            answer(page, "then", "resolved")
        page.get_by_role("button", name="Add a macro").click()
        page.wait_for_selector(f"[data-title] >> text={name}")

    texts = Macro.objects.order_by("id").values_list("texts__text", flat=True)
    assert list(texts) == ["We open at ten.", None]


def test_every_list_and_form_fits_a_phone(page_of, root, ticket, live_server, at_rest):
    page = page_of(root, viewport={"width": 390, "height": 844})
    wide = []
    for path in ("queues", "queues/+new", "calendars/+new", "rules/+new", "people"):
        page.goto(f"{live_server.url}/setup/{path}")
        at_rest(page)
        wide.append(page.evaluate("document.documentElement.scrollWidth"))

    assert wide == [390] * 5


def test_a_channel_is_tested_and_says_what_is_wrong(
    page_of, root, shop, live_server, tmp_path
):
    with Platform(tmp_path / "ledger.db", [new_secret()]) as far:
        shop.callback_url = far.callback_url
        shop.save()
        page = page_of(root)
        page.goto(f"{live_server.url}/setup/channels/{shop.slug}")
        page.get_by_role("button", name="Test", exact=True).click()
        page.wait_for_selector("text=It does not know our secret")

        far.secrets = [shop.secret]
        page.get_by_role("button", name="Test", exact=True).click()
        page.wait_for_selector("text=It knows us")

    page.goto(f"{live_server.url}/setup/channels")
    page.wait_for_selector("[data-rows] >> text=Healthy")


def test_what_people_are_and_what_a_view_shows_is_said_in_words(
    page_of, in_dutch, root, ada, shop_queue, live_server
):
    page = in_dutch(page_of(root))
    page.goto(f"{live_server.url}/setup/people")
    page.wait_for_selector(f"[data-rows] >> text=Medewerker: {shop_queue.name}")
    page.goto(f"{live_server.url}/setup/views")

    page.wait_for_selector("[data-rows] >> text=Status: Nieuw, Open")
