"""No page breaks a rule of WCAG 2.2 AA that a program can see, in any look."""

import os
from importlib.util import find_spec

import pytest
from django.core import mail
from django.utils import timezone

from conversations.models import Author
from tests.browser import axe
from tests.files import png
from tests.webcare.surveys.passing import arrive, due, link_in
from webcare.actions import mails, replies
from webcare.actions.attachments import attach
from webcare.actions.calendars import make_calendar
from webcare.actions.consultations import consult
from webcare.actions.imports import make_import
from webcare.actions.macros import make_macro
from webcare.actions.notes import add_note
from webcare.actions.tags import make_tag
from webcare.actions.tokens import make_token
from webcare.domain.lifecycle import Status
from webcare.domain.macros import Wording
from webcare.domain.tokens import Scope
from webcare.inbox.more import ACTS
from webcare.inbox.report_pages import REPORTS
from webcare.inbox.setup.nouns import NOUNS
from webcare.inbox.urls import urlpatterns
from webcare.models import DeskSetting, Erasure, SurveySetting

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not find_spec("axe_playwright_python"), reason="No axe here."),
]
WEEK = {"monday": [{"from": "09:00", "until": "17:00"}]}
EXPORT = b"Message,Date,Customer\nWhere is it?,2026-03-01 09:00,Kim\nHm,soon,Bo\n"
PLACES = {
    "ticket-list": "/",
    "triage": "/triage",
    "approvals": "/approvals",
    "topic-check": "/topics/check",
    "topic-quality": "/topics/quality",
    "listening": "/listening",
    "topic-model": "/topics/model",
    "board": "/board",
    "style": "/style",
    "me": "/me",
    "report-list": "/reports/",
    "setup": "/setup/",
}
# Those that are looked at by a test of their own, and those that are no pages.
OTHERS = {
    "ticket",
    "promises",
    "more",
    "report",
    "setup-things",
    "setup-new",
    "setup-thing",
    "sign-in",
    "sign-in-code",
}
OTHERS |= {"setup-privacy", "setup-person", "setup-retention"}
OTHERS |= {"promises", "setup-import", "alarm", "consult", "survey", "own-desk"}
NO_PAGES = {"ticket-list-live", "kept-views", "next-ticket", "triage-label"}
NO_PAGES |= {"triage-undo", "ticket-live", "reply", "note", "claim", "release"}
NO_PAGES |= {"second-step-picture", "setup-person-export"}
NO_PAGES |= {"topic-why", "topic-draw", "topic-say", "personal", "before"}
NO_PAGES |= {"undo", "undo-resolve", "let-go", "approve", "reject", "withdraw"}
NO_PAGES |= {"topic-train", "topic-model-choose"}
NO_PAGES |= {"heard", "danger", "priority", "tag"}
NO_PAGES |= {"resolve", "reopen", "classify", "sentiment", "route", "take-back"}
NO_PAGES |= {"board-live", "sign-out", "language", "theme", "presence", "sign-of-life"}


@pytest.fixture
def busy(root, ada, bo, lena, make_ticket, ticket, pump):
    """A desk with something of everything in it; returns a ticket of its."""
    make_ticket(text="I smell gas in the hall!")
    words = [Wording(None, "", "Where do you live?")]
    make_macro(user=root, name="Ask for the address", texts=words)
    week = {"time_zone": "Europe/Amsterdam", "week": WEEK}
    make_calendar(user=root, slug="office", name="Office", definition=week)
    make_token(user=root, owner=root, name="The website", scopes={Scope.READ})
    make_tag(user=root, slug="moved", name="Moved house")
    add_note(ticket=ticket, user=bo, text=f"@{ada.username} knows more.")
    type(ticket.channel).objects.update(files="plain")
    ticket.channel.refresh_from_db()
    mine, theirs, _ = (
        attach(ticket=ticket, user=one, name="m.png", content=png(), alt="A meter.")
        for one in (ada, bo, root)
    )
    replies.send_reply(
        ticket=ticket,
        user=ada,
        text="Tomorrow.",
        client_key="one",
        attachments=[mine.public_id],
    )
    bo.needs_approval = True
    bo.save()
    replies.send_reply(
        ticket=ticket,
        user=bo,
        text="Or today.",
        client_key="two",
        attachments=[theirs.public_id],
    )
    pump()
    return ticket


@pytest.fixture
def looked_at(live_server):
    """Opens addresses one after the other; returns what is wrong with them."""

    def look(page, *paths):
        found = []
        for path in paths:
            page.goto(f"{live_server.url}{path}")
            page.wait_for_load_state("load")
            busy = page.locator("[aria-busy=true]").first
            busy.wait_for(state="detached", timeout=10_000)
            found += axe.troubles(page)
        return found

    return look


def test_every_page_is_looked_at():
    assert {one.name for one in urlpatterns} == {*PLACES} | OTHERS | NO_PAGES


def test_the_desk_has_no_barriers(page_of, root, busy, looked_at):
    page = page_of(root)
    ticket = f"/tickets/{busy.public_id}"

    others = (ticket, f"{ticket}/promises", "/nowhere")
    assert looked_at(page, *PLACES.values(), *others) == []
    # What opens over a page is a part of it.
    page.goto(page.url.replace("/nowhere", ticket))
    page.keyboard.press("Control+k")
    page.wait_for_selector("#commands[open] [aria-selected=true]")
    assert axe.troubles(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.locator("#bar [data-more]").first.click()
    page.wait_for_selector("#more[open]")
    assert axe.troubles(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("#help[open]")
    assert axe.troubles(page) == []


def test_what_is_seldom_done_has_no_barriers(page_of, root, busy, looked_at):
    page, where = page_of(root), f"/tickets/{busy.public_id}/more"

    assert looked_at(page, *(f"{where}/{act.slug}" for act in ACTS)) == []


def test_reports_have_no_barriers(page_of, root, busy, looked_at):
    page = page_of(root)
    paths = [f"/reports/{slug}?period=today" for slug in REPORTS]

    assert looked_at(page, *paths) == []


@pytest.mark.parametrize("half", [0, 1])
def test_the_set_up_has_no_barriers(page_of, root, busy, looked_at, at_rest, half):
    page = page_of(root)
    found = []
    for noun in [*NOUNS.values()][half::2]:
        found += looked_at(page, f"/setup/{noun.slug}")
        # Still the list; it came to rest while axe looked at it.
        at_rest(page)
        first = page.locator(f"[data-rows] a[href^='/setup/{noun.slug}/']").first
        others = [first.get_attribute("href")] if first.count() else []
        if noun.add_label:
            others.append(f"/setup/{noun.slug}/+new")
        found += looked_at(page, *others)

    assert found == []


def test_an_import_has_no_barriers(page_of, root, looked_at, pump):
    made = make_import(user=root, name="old tool.csv", body=EXPORT)
    page = page_of(root)

    assert looked_at(page, f"/setup/imports/{made.public_id}") == []


def test_privacy_has_no_barriers(page_of, root, shop, looked_at, make_ticket):
    live = make_ticket(author={"external_id": "a-1", "handle": "kim"}).author
    make_ticket(author={"external_id": "a-2", "handle": "kim"})
    known = {"reason": "request", "asked_by": root}
    still = Author.objects.create(channel=shop, external_id="still")
    Erasure.objects.create(author=still, reference="2026-14", **known)
    done = Author.objects.create(channel=shop, external_id="done")
    Erasure.objects.create(author=done, finished_at=timezone.now(), **known)
    free = Author.objects.create(channel=shop, external_id="x", handle="free")
    page = page_of(root)
    found = looked_at(page, "/setup/privacy", "/setup/privacy?q=kim")
    for one in (live, still, done, free):
        found += looked_at(page, f"/setup/privacy/{one.public_id}")
    page.fill("[name=typed]", "no")
    page.locator("form.sheet .button--main").click()
    page.wait_for_selector("#wrong-typed")

    assert found + axe.troubles(page) == []


def test_leaving_the_demo_has_no_barriers(
    page_of, root, looked_at, live_server, settings, tmp_path
):
    DeskSetting.objects.create(name="Kabelwijk", is_demo=True)
    page, where = page_of(root), "/setup/own-desk"
    found = looked_at(page, where)
    settings.LEAVING_FOLDER = str(tmp_path)
    found += looked_at(page, where)
    fields = {"name": "Bakery", "username": "no spaces", "monday": "nine"}
    for name, value in (fields | {"password": "short", "again": "shorter"}).items():
        page.fill(f"[name={name}]", value)
    page.locator("form.sheet .button--main").click()
    page.wait_for_selector("#wrong-again")
    found += axe.troubles(page)
    (tmp_path / "asked.json").write_text("{}")

    assert found + looked_at(page, where, "/setup/") == []


def test_pages_for_those_without_an_account_have_no_barriers(
    page_of, cas, ada, shop_queue, make_ticket, looked_at, pump
):
    SurveySetting.objects.create(queue=shop_queue, is_on=True, delay_minutes=5)
    private = make_ticket(visibility="private", author={"external_id": "kim"})
    done = replies.send_reply(
        ticket=private, user=ada, text="So.", client_key="a", then=Status.RESOLVED
    )
    arrive(done.delivery_id)
    pump()
    survey = f"/s/{link_in(due().delivery.text)}"
    consult(ticket=make_ticket(), user=ada, to="tom@example.org", question="Is it so?")
    mails.send_due_mails()
    [line] = [one for one in mail.outbox[0].body.splitlines() if "/consult/" in one]
    asked = f"/consult/{line.rsplit('/', 1)[1]}"
    page = page_of(cas)
    page.context.clear_cookies()

    assert looked_at(page, survey, asked, "/s/no", "/consult/no", "/alarms/no") == []
    assert looked_at(page, "/sign-in") == []
