"""Four scenes on the demo desk, played and shot for the README."""

import csv
import json
from datetime import timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from conversations.actions.ingestion import take_messages
from conversations.models import Channel
from demo import day
from webcare.actions.calendars import make_calendar
from webcare.actions.imports import make_import, start_import
from webcare.models import Queue, Reply, Ticket, User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.pictures]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OFFICE = {day: [{"from": "09:00", "until": "17:00"}] for day in DAYS}
GAS = "@kabelwijk ik ruik gas in de hal van onze flat, wat moeten we doen?"
QUESTION = "@kabelwijk kunt u mijn factuur nog eens nakijken? Het bedrag is dubbel."


@pytest.fixture
def says(demo, pump):
    """Somebody says something on the demo's X, now unless told."""
    heard = []

    def say(*texts, at=None, name="Marit"):
        channel = Channel.objects.get(slug="x-kabelwijk")
        items = [
            {
                "external_id": f"scene-{len(heard)}-{number}",
                "text": text,
                "posted_at": (at or timezone.now()).isoformat(),
                "author": {"external_id": f"{name}-{number}", "name": name},
            }
            for number, text in enumerate(texts)
        ]
        heard.extend(items)
        body = json.dumps(items).encode()
        take_messages(channel=channel, body=body, now=timezone.now())
        pump()
        ids = [one["external_id"] for one in items]
        return Ticket.objects.filter(
            ticket_messages__message__external_id__in=ids
        ).distinct()

    return say


def test_two_agents_on_one_ticket(demo, says, window, shoot):
    ticket = says(QUESTION).get()
    where = f"/tickets/{ticket.public_id}"
    femke = window(User.objects.get(username="femke"), "en", "light")
    robin = window(demo, "en", "light")
    femke.goto(where)
    robin.goto(where)
    robin.locator("#reply-text").press_sequentially("Hello Marit, we are looking")
    femke.wait_for_selector("text=is writing an answer", timeout=20_000)
    shoot(femke, "scene-two-agents-presence")

    # Both answer: one answer goes out, the other is held up by what is new.
    femke.fill("#reply-text", "Hi Marit, one of the two will be credited today.")
    femke.locator("[data-first]").first.click()
    femke.wait_for_selector("[data-countdown]")
    robin.locator("#reply-text").press_sequentially(" into it.")
    robin.locator("#composer .for-reply [data-first]").click()
    robin.wait_for_selector("text=Not sent yet")
    shoot(robin, "scene-two-agents-guard")
    assert Reply.objects.filter(ticket=ticket).count() == 1


def test_why_late(demo, says, window, shoot):
    hours = {"time_zone": "Europe/Amsterdam", "week": OFFICE}
    office = make_calendar(user=demo, slug="office", name="Office", definition=hours)
    by_day = Queue.objects.exclude(slug="storingen")
    by_day.update(calendar=office, first_response_seconds=7_200)
    ticket = says(QUESTION, at=_last_friday()).get()
    page = window(demo, "en", "light")
    page.goto(f"/tickets/{ticket.public_id}/promises")

    assert page.get_by_text("Late", exact=True).count() > 0
    assert page.locator("td", has_text="closed").count() > 0
    shoot(page, "scene-why-late")


def test_danger_on_top_of_a_flood(demo, says, window, shoot):
    texts = [one.message["text"] for one in day.day() if one.topic == "stroomstoring"]
    says(*texts[:40], name="Een buurtbewoner")
    says(GAS, name="Els de Boer")
    page = window(demo, "en", "light")
    page.goto("/")

    first = page.locator("#rows > li").all_inner_texts()[:3]
    assert any("ik ruik gas" in one and "Danger" in one for one in first)
    shoot(page, "scene-danger")


def test_the_first_picture_of_an_import(demo, window, shoot, pump):
    job = make_import(user=demo, name="export-last-month.csv", body=_export())
    start_import(user=demo, job=job)
    pump()
    page = window(demo, "en", "light")
    page.goto(f"/setup/imports/{job.public_id}")
    page.wait_for_selector("[data-picture]:not([hidden])", timeout=20_000)

    shoot(page, "scene-import")


def _last_friday():
    """A quarter to five in the afternoon, on the newest Friday whose Monday is over."""
    now = timezone.now().astimezone(AMSTERDAM)
    monday_over = now - timedelta(days=4)
    then = monday_over - timedelta(days=(monday_over.weekday() - 4) % 7)
    return then.replace(hour=16, minute=45, second=0, microsecond=0)


def _export():
    """Last month as another tool exports it: the demo's day, five times over."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(["Message", "Date", "Customer", "Thread", "Direction"])
    begin = timezone.now().replace(hour=0, minute=0) - timedelta(days=31)
    for past in range(0, 30, 6):
        for number, one in enumerate(day.day()):
            at = begin + timedelta(days=past, seconds=one.at)
            text, thread = one.message.get("text"), f"{past}-{number}"
            if not text:
                continue
            who = one.message["author"]["name"]
            writer.writerow([text, at.isoformat(), who, thread, "in"])
            if number % 3:
                later = (at + timedelta(minutes=7 + number % 90)).isoformat()
                writer.writerow(["We are on it.", later, "Kabelwijk", thread, "out"])
    return file.getvalue().encode()
