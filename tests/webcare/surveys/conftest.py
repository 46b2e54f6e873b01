"""Kim, who asks in private, is answered, and asked what they thought of it."""

import pytest
from django.utils import timezone

from tests.webcare.surveys.passing import arrive, pass_by
from webcare.actions import replies
from webcare.actions.surveys import ask_due
from webcare.domain.lifecycle import Status
from webcare.models import (
    Survey,
    SurveySetting,
)


@pytest.fixture(autouse=True)
def asking(shop_queue):
    return SurveySetting.objects.create(queue=shop_queue, is_on=True, delay_minutes=5)


@pytest.fixture
def kim(make_ticket):
    """Makes tickets that Kim opens in private; the same one while it is live."""

    def make(**fields):
        known = {"visibility": "private", "author": {"external_id": "kim"}}
        return make_ticket(**(known | fields))

    return make


@pytest.fixture
def answer(ada, pump):
    """Answers a ticket, as its platform confirms, and resolves it with that."""

    def say(ticket, then=Status.RESOLVED):
        key = f"k{ticket.version}"
        reply = replies.send_reply(
            ticket=ticket, user=ada, text="Tomorrow.", client_key=key, then=then
        )
        arrive(reply.delivery_id)
        pump()
        ticket.refresh_from_db()
        return ticket

    return say


@pytest.fixture
def asked(kim, answer, pump):
    """Kim was answered, and asked what they thought; returns the survey."""
    answer(kim())
    pass_by(minutes=6)
    ask_due()
    survey = Survey.objects.get()
    arrive(survey.delivery_id)
    pump()
    survey.refresh_from_db()
    return survey


@pytest.fixture
def says(shop, hear, item):
    """Lets Kim write in private, now."""

    def say(text, **fields):
        known = {
            "visibility": "private",
            "author": {"external_id": "kim"},
            "posted_at": timezone.now().isoformat(),
        }
        [message] = hear(shop, item(text=text, **(known | fields)))
        return message

    return say
