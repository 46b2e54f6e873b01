"""Every page of the demo desk, in two languages, two themes and at two widths."""

import os
from itertools import product

import pytest

from conversations.models import Channel
from webcare.inbox.report_pages import REPORTS
from webcare.inbox.setup.nouns import NOUNS
from webcare.models import Calendar, Queue, Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pictures]
# `make pictures ONLY=board` makes those with that in their name.
TOPICS = ("topics/check", "topics/quality", "topics/model")
ONLY = os.environ.get("ONLY", "")


def pages():
    """Every page by its name: where it is."""
    asked = Ticket.objects.filter(status__in=["new", "open"]).order_by("opened_at")
    first = asked.filter(is_danger=False).first()
    yield "inbox", "/"
    yield "inbox-filters", "/?status=new,open&agent=none"
    yield "ticket", f"/tickets/{first.public_id}"
    yield "promises", f"/tickets/{first.public_id}/promises"
    for name in ("triage", "approvals", "listening", "board", "me", "style", *TOPICS):
        yield name.replace("/", "-"), f"/{name}"
    yield "reports", "/reports/"
    for slug in REPORTS:
        yield f"report-{slug}", f"/reports/{slug}?period=today"
    yield "setup", "/setup/"
    for slug, noun in NOUNS.items():
        yield f"setup-{slug}", f"/setup/{slug}"
        if noun.add_label:
            yield f"setup-{slug}-new", f"/setup/{slug}/+new"
    for noun, model in (("queue", Queue), ("channel", Channel), ("calendar", Calendar)):
        yield f"setup-{noun}", f"/setup/{noun}s/{model.objects.first().slug}"
    yield "own-desk", "/setup/own-desk"
    yield "nowhere", "/nowhere"


def settle(page):
    page.locator("[aria-busy=true]").first.wait_for(state="detached")
    page.wait_for_timeout(250)


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    list(product(("nl", "en"), ("light", "dark"), ("desk", "phone"))),
)
def test_every_page(demo, window, shoot, language, theme, size):
    page = window(demo, language, theme, size)
    for name, path in pages():
        if ONLY in name:
            page.goto(path)
            settle(page)
            shoot(page, f"{name}-{language}-{theme}-{size}")
    if ONLY in "sign-in":
        page.context.clear_cookies(name="sessionid")
        page.goto("/sign-in")
        shoot(page, f"sign-in-{language}-{theme}-{size}")
