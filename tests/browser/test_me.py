"""Somebody's own page and the style page: what is chosen there is so everywhere."""

import os
from base64 import b32decode
from datetime import timedelta
from time import time

import numpy as np
import pytest
import zxingcpp
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.utils import timezone

from webcare.actions.notes import add_note
from webcare.models import ApiToken, NotificationSetting, Presence, SecondFactor
from webcare.queries.second_factors import address_to_scan

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mine(page_of, live_server):
    def open_(user, **options):
        page = page_of(user, **options)
        page.goto(f"{live_server.url}/me")
        return page

    return open_


def press(page, name, within="main"):
    page.locator(within).get_by_role("button", name=name, exact=True).click()


def test_where_one_is_is_said_to_all(mine, ada):
    page = mine(ada)
    press(page, "On a break")
    page.wait_for_selector(".me summary >> text=On a break")

    assert Presence.objects.get(user=ada).state == "break"
    assert page.url.endswith("/me")
    pressed = page.locator("main [name=state][aria-pressed=true]").inner_text()
    assert pressed == "On a break"


def test_who_opens_a_page_is_there_from_then_on(page_of, ada, live_server):
    long_ago = timezone.now() - timedelta(hours=9)
    Presence.objects.create(user=ada, state="present", seen_at=long_ago)

    page = page_of(ada)
    with page.expect_response("**/presence/sign"):
        page.goto(f"{live_server.url}/me")

    assert Presence.objects.get(user=ada).seen_at > long_ago + timedelta(hours=8)


def test_a_language_is_kept_with_the_person(mine, ada):
    page = mine(ada)
    press(page, "Nederlands")
    page.wait_for_selector("h2 >> text=Wie ik hier ben")

    ada.refresh_from_db()
    assert ada.language == "nl"


def test_a_theme_is_kept_by_the_browser(mine, ada):
    page = mine(ada)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    press(page, "Dark")
    page.wait_for_selector("html[data-theme=dark]")

    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light


def test_capacity_is_shown_to_who_has_it(mine, ada):
    ada.capacity = 7
    ada.save()

    facts = mine(ada).locator(".mine__facts").inner_text()

    assert "Capacity\n7" in facts


def test_keys_are_explained_and_can_be_turned_off(mine, ada):
    page = mine(ada)
    page.keyboard.press("?")
    page.wait_for_selector("#help[open] >> text=Write an answer")
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#help[open]").count() == 0

    # The way back is a button.
    page.locator("main [data-opens=help]").click()
    page.get_by_label("Use these keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/board")


def test_a_key_that_may_do_nothing_is_refused_with_what_to_choose(mine, root):
    page = mine(root)
    page.get_by_text("Make a token").click()
    page.locator("#keys").get_by_label("Name").fill("The website")
    page.locator("#keys").get_by_label("Read", exact=True).uncheck()
    page.get_by_role("button", name="Make it").click()

    page.wait_for_selector("#toasts >> text=Choose at least one scope.")


def test_a_key_for_a_program_is_told_once(mine, root):
    page = mine(root)
    page.get_by_text("Make a token").click()
    page.locator("#keys").get_by_label("Name").fill("The website")
    press(page, "Make it")
    page.wait_for_selector("#keys code >> text=wc_")

    page.reload()

    assert "wc_" not in page.content()
    page.locator("#keys").get_by_role("button", name="The website").click()
    page.wait_for_selector("#keys >> text=Ended")
    assert ApiToken.objects.get().revoked_at


def test_one_is_signed_out_elsewhere(page_of, cas, live_server):
    cas.set_password("a long password")
    cas.save()
    here, there = page_of(cas), page_of(cas)
    for page in (here, there):
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/sign-in")
        page.get_by_label("Name").fill("cas")
        page.get_by_label("Password").fill("a long password")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_selector(".rail")
    here.goto(f"{live_server.url}/me")
    assert here.locator("#sessions .mine__row").count() == 2

    here.get_by_role("button", name="Sign out everywhere else").click()
    here.wait_for_selector("#sessions .mine__row >> nth=1", state="detached")
    there.reload()

    assert there.url.startswith(f"{live_server.url}/sign-in")
    here.reload()
    assert here.locator("#sessions >> text=This browser").count() == 1


# A picture as a camera sees it.
GREYS = """image => {
  const canvas = document.createElement("canvas")
  canvas.width = canvas.height = 400
  const pen = canvas.getContext("2d")
  pen.drawImage(image, 0, 0, 400, 400)
  return [...pen.getImageData(0, 0, 400, 400).data].filter((_, at) => at % 4 == 0)
}"""


def code_now(user):
    secret = b32decode(SecondFactor.objects.get(user=user).secret)
    code = TOTP(secret, 6, SHA1(), 30).generate(int(time()))
    return code.decode()


def test_a_second_step_is_scanned_confirmed_and_asked_for(page_of, cas, live_server):
    cas.set_password("a long password")
    cas.save()
    page = page_of(cas)
    page.goto(f"{live_server.url}/me")
    part = page.locator("#second-step")
    part.get_by_text("Turn it on").click()
    part.get_by_label("Your password").fill("a long password")
    part.get_by_role("button", name="Go on").click()
    part.locator("img").wait_for()
    part.locator("img").evaluate("image => image.decode()")
    # What a phone would read off the page.
    [read] = zxingcpp.read_barcodes(
        np.array(part.locator("img").evaluate(GREYS), np.uint8).reshape(400, 400),
        formats=zxingcpp.BarcodeFormat.QRCode,
    )
    assert read.text == address_to_scan(cas)
    part.get_by_label("The code that it shows").fill(code_now(cas))
    part.get_by_role("button", name="Ask me for codes").click()
    part.locator("li code").first.wait_for()
    codes = part.locator("li code").all_inner_texts()
    assert len(codes) == 10

    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_selector("#second-step >> text=10 recovery codes")
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/sign-in")
    page.get_by_label("Name").fill("cas")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sign-in/code")
    page.get_by_label("recovery code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".rail")


@pytest.fixture
def told(ticket, bo, ada):
    """Ada follows a ticket that Bo mentions her on; she has been here before."""
    add_note(ticket=ticket, user=bo, text=f"@{ada.username} knows more.")
    return "localStorage.setItem('desk-told', '2000-01-01')"


def test_news_is_counted_and_said_once(mine, ada, told, ticket):
    page = mine(ada)
    page.evaluate(told)
    said = f"text=#{ticket.number}: A note mentions you"
    page.wait_for_selector(f".toast >> {said}", timeout=15_000)
    assert page.locator("[data-told] [data-count]").inner_text() == "1"

    page.reload()
    page.wait_for_selector("[data-told]:not([hidden])", timeout=15_000)

    assert page.locator(".toast").count() == 0


def test_a_page_that_lost_its_network_tells_once_it_is_back(mine, ada, told):
    page = mine(ada)
    page.context.route("**/told.js", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda it: "told.js" in it.url):
        page.reload()

    page.context.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")

    page.wait_for_selector("[data-told]:not([hidden])", timeout=15_000)


def test_quiet_hours_are_chosen_and_kept(mine, ada, told):
    page = mine(ada)
    page.get_by_text("How I am told").click()
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_label("Quiet until").fill("07:00")
    press(page, "Keep")
    page.wait_for_selector(".toast >> text=Kept.")
    page.evaluate(told)
    page.clock.set_fixed_time("2026-03-03T00:30:00")
    page.reload()

    # It is counted, and not said.
    page.wait_for_selector("[data-told]:not([hidden])", timeout=15_000)
    assert page.locator(".toast").count() == 0
    assert NotificationSetting.objects.get(user=ada).quiet_from


def test_every_part_of_the_design_stands_on_one_page(page_of, root, live_server):
    page = page_of(root)
    page.goto(f"{live_server.url}/style")
    page.wait_for_selector("#style-year canvas")

    page.locator("main summary", has_text="Park").click()
    assert page.get_by_role("button", name="A colleague").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="A colleague").is_visible()
    page.locator("main [data-commands]").click()
    page.wait_for_selector("#commands[open]")
