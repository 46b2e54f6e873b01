"""A conversation on a desk that is open from nine to five, at stated times."""

import time
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from conversations.actions import settling
from conversations.models import Delivery
from webcare.actions import replies
from webcare.actions.calendars import make_calendar
from webcare.domain.lifecycle import Status
from webcare.models import Ticket, Turn

KIM = {"external_id": "kim", "handle": "@kim", "name": "Kim"}
HOURS = [{"from": "09:00", "until": "17:00"}]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OFFICE = {"time_zone": "Europe/Amsterdam", "week": dict.fromkeys(DAYS, HOURS)}


@pytest.fixture
def office(root, shop_queue):
    """The shop's queue is open on working days, from nine to five."""
    shop_queue.calendar = make_calendar(
        user=root, slug="office", name="Office", definition=OFFICE
    )
    shop_queue.save()


@pytest.fixture
def at():
    """A moment of the week of Monday 16 November 2026, in Amsterdam."""

    def moment(day, hour, minute=0, second=0):
        zone = ZoneInfo("Europe/Amsterdam")
        return datetime(2026, 11, day, hour, minute, second, tzinfo=zone)

    return moment


@pytest.fixture
def asks(hear, item, shop, delivery_topic):
    """Kim writes; returns the ticket."""

    def write(moment, text="Where is my parcel?", thread="kim's"):
        fields = {"author": KIM, "thread": thread, "posted_at": moment.isoformat()}
        [message] = hear(shop, item(text=text, **fields))
        return Ticket.objects.get(ticket_messages__message=message)

    return write


@pytest.fixture
def says(ada, pump):
    """Ada answers, and the platform takes it at a moment."""

    def write(ticket, moment, *, then=Status.OPEN, holding=False):
        wrote = replies.send_reply(
            ticket=Ticket.objects.get(pk=ticket.pk),
            user=ada,
            text="Tomorrow.",
            client_key=uuid4().hex,
            then=then,
            holding=holding,
        )
        Delivery.objects.filter(pk=wrote.delivery_id).update(
            state="sending", fence=1, claimed_at=timezone.now()
        )
        sent = Delivery.objects.select_related("channel").get(pk=wrote.delivery_id)
        settling.sent(sent, external_id=uuid4().hex)
        Delivery.objects.filter(pk=sent.pk).update(settled_at=moment)
        pump()

    return write


@pytest.fixture
def settle():
    """Wait until what was written is settled: a report tells of nothing younger."""

    def wait():
        time.sleep(0.03)

    return wait


@pytest.fixture
def figures(as_client, root, settle):
    """The lines of a report over the last month, once all of it is settled."""
    client = as_client(root)

    def ask(name, **given):
        settle()
        if not given.keys() & {"from", "at"} and name != "backlog":
            given["from"] = (timezone.now() - timedelta(days=30)).isoformat()
        answer = client.get(f"/api/v1/reports/{name}", given)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    return ask


@pytest.fixture
def answered(ada):
    """Let turns be answered by ada, so many seconds after they began."""

    def end(ticket, seconds):
        turn = ticket.turns.get(outcome="waiting")
        Turn.objects.filter(pk=turn.pk).update(
            outcome="answered",
            ended_at=turn.started_at + timedelta(seconds=seconds),
            calendar_seconds=seconds,
            answered_by=ada,
            queue=ticket.queue,
        )

    return end


@pytest.fixture
def turns():
    """All turns: outcome, calendar minutes, business minutes."""

    def read():
        return [
            (
                turn.outcome,
                turn.ended_at and turn.calendar_seconds / 60,
                turn.ended_at and turn.business_seconds / 60,
            )
            for turn in Turn.objects.order_by("ticket", "number")
        ]

    return read
