"""An administrator's first day in one browser: from an empty desk to the picture of
last month, and to a first question that somebody is given."""

import csv
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from conversations.models import Channel, Delivery, Message
from webcare.domain.permissions import Role
from webcare.models import Import, Membership, Queue, Ticket, Topic, User

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)


def export():
    """Last month as another tool writes it, with one row that nobody can read."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(["Message", "Date", "Customer", "Thread", "Direction"])
    begin = timezone.now() - timedelta(days=30)
    for number in range(12):
        at = begin + timedelta(days=number, hours=number)
        row = [f"Where is my parcel {number}?", at.isoformat(), f"Kim {number}"]
        writer.writerow([*row, f"t{number}", "in"])
        if number % 2:
            later = (at + timedelta(minutes=40)).isoformat()
            writer.writerow(["It comes.", later, "We", f"t{number}", "out"])
    writer.writerow(["Lost", "the day before yesterday", "Kim", "t99", "in"])
    return {"name": "export.csv", "mimeType": "text/csv", "buffer": _bytes(file)}


def _bytes(file):
    return file.getvalue().encode()


@pytest.fixture
def form(live_server):
    """Fills a form of the set-up in, and sends it."""

    def fill(page, place, button, **answers):
        page.goto(f"{live_server.url}/setup/{place}")
        page.wait_for_selector("form[data-thing]:not([aria-busy])")
        for path, value in answers.items():
            box = page.locator(f'[data-path="{path}"]').locator(
                "input, select, textarea"
            )
            box = box.first
            if box.evaluate("box => box.localName") == "select":
                box.select_option(value)
            else:
                box.fill(value)
        page.get_by_role("button", name=button).first.click()

    return fill


def test_a_first_day(page_of, root, triage_queue, form, hear, item, pump, live_server):
    page = page_of(root)
    _is_told_where_to_begin(page)
    _makes_a_queue_with_somebody_in_it(page, form, live_server)
    _says_what_people_may_write_about(page, form)
    channel = _connects_a_channel(page, form)
    _brings_what_was_said_before(page, pump, live_server)
    _gets_a_first_question_to_where_it_belongs(page, channel, hear, item, live_server)


def _is_told_where_to_begin(page):
    page.locator(".me summary").click()
    page.locator(".me").get_by_role("link", name="Set-up").click()
    page.wait_for_selector("h2 >> text=Begin here")
    assert page.locator(".begin__steps >> text=Still to do").count() > 0


def _makes_a_queue_with_somebody_in_it(page, form, live_server):
    form(page, "people/+new", "Add somebody", username="ada", first_name="Ada")
    page.wait_for_selector("h1:has-text('Ada')")
    form(page, "queues/+new", "Add a queue", name="Parcels")
    page.wait_for_selector("h1:has-text('Parcels')")
    ada = User.objects.get(username="ada")
    page.locator('[data-path="agent"] select').select_option(str(ada.public_id))
    page.get_by_role("button", name="Put in the queue").click()
    page.wait_for_selector("[data-rows] >> text=Ada")

    queue = Queue.objects.get(slug="parcels")
    assert Membership.objects.get(user=ada, queue=queue).role == Role.AGENT


def _says_what_people_may_write_about(page, form):
    form(page, "topics/+new", "Add a topic", name="Parcels", queue="parcels")
    page.wait_for_selector("h1:has-text('Parcels')")
    page.locator('[data-path="pattern"] input').first.fill("parcel")
    page.get_by_role("button", name="Add words").click()
    page.wait_for_selector("[data-rows] >> text=parcel")

    assert Topic.objects.get().rules.get().pattern == "parcel"


def _connects_a_channel(page, form):
    form(page, "channels/+new", "Connect a channel", name="Our webshop", mode="engage")
    page.get_by_role("button", name="I have it").click()
    page.wait_for_selector("h1:has-text('Our webshop')")
    return Channel.objects.get(name="Our webshop")


def _brings_what_was_said_before(page, pump, live_server):
    """Read as it stands first, then whole; what was wrong can be had back as a file."""
    page.goto(f"{live_server.url}/setup/imports")
    page.locator("input[type=file]").set_input_files(export())
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_selector("[data-preview] >> text=Where is my parcel 0?")
    assert page.locator("[data-target=posted_at]").input_value() == "1"

    page.get_by_role("button", name="Read all 19 rows").click()
    page.wait_for_selector("[data-stage~=running]:not([hidden])")
    pump()
    page.wait_for_selector("text=New messages: 18. Known already: 0. Rows not read: 1.")
    page.wait_for_selector("[data-picture]:not([hidden])")
    expect(page.locator("[data-waits]")).to_contain_text(
        "Questions with an answer: 6 of 12."
    )
    assert page.locator("[data-themes] >> text=Parcels").count() == 1
    with page.expect_download() as asked:
        page.locator("[data-download]").click()
    assert "the day before yesterday" in Path(asked.value.path()).read_text()

    assert Import.objects.get().state == "done"
    assert Message.objects.filter(history=True).count() == 18
    # Nobody is answered, and nothing waits.
    assert not Delivery.objects.exists()
    assert not Ticket.objects.filter(status__in=("new", "open")).exists()


def _gets_a_first_question_to_where_it_belongs(page, channel, hear, item, live_server):
    hear(channel, item(text="My parcel is wet."))
    page.goto(live_server.url)
    page.wait_for_selector("#rows >> text=My parcel is wet.")
    expect(page.locator("#rows > li")).to_contain_text("Parcels")
    assert Ticket.objects.get(status="new").queue.slug == "parcels"
