"""What becomes of a survey that was sent, or could not be."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.actions import delivery, settling
from conversations.models import Delivery, MessageVersion
from tests.webcare.surveys.passing import arrive, due, link_in, pass_by
from webcare.actions.surveys import ask_due
from webcare.models import (
    Ticket,
    TicketEvent,
    Turn,
)

pytestmark = pytest.mark.django_db


def test_to_ask_answers_nothing_and_moves_nothing(asked):
    ticket = Ticket.objects.get()

    assert (ticket.status, Turn.objects.get().outcome) == ("resolved", "answered")
    assert ticket.ticket_messages.count() == 2
    assert not Turn.objects.filter(answer=asked.delivery.message)


def test_our_question_told_by_the_platform_first_is_no_answer(
    kim, answer, hear, item, shop, says
):
    answer(kim())
    survey = due()
    Delivery.objects.filter(pk=survey.delivery_id).update(state="sending")
    says("Where is it, then?")
    survey.delivery.refresh_from_db()
    hear(
        shop,
        item(
            external_id="echo",
            outbound=True,
            text=survey.delivery.text,
            visibility="private",
            author={"external_id": "kim"},
            posted_at=timezone.now().isoformat(),
        ),
    )

    assert Turn.objects.latest("id").outcome == "waiting"
    assert not TicketEvent.objects.filter(kind="answered_elsewhere").exists()


def test_the_link_is_forgotten_once_it_was_sent(kim, answer, pump):
    answer(kim())
    survey = due()
    key = link_in(survey.delivery.text)
    arrive(survey.delivery_id)
    pump()

    survey.refresh_from_db()
    said = [survey.delivery.text, survey.delivery.message.text]
    said += [json.dumps(data) for data in TicketEvent.objects.values_list("data")]
    assert not [text for text in said if key in text]
    assert survey.delivery.text.endswith("/s/…")


@pytest.mark.parametrize("seconds", [-60, 60])
def test_the_link_stays_forgotten_when_the_platform_tells_us_of_our_post(
    asked, hear, item, shop, seconds
):
    message = asked.delivery.message
    hear(
        shop,
        item(
            external_id=message.external_id,
            outbound=True,
            text="How did we do? https://desk.example/s/secret",
            visibility="private",
            author={"external_id": "kim"},
            posted_at=(message.posted_at + timedelta(seconds=seconds)).isoformat(),
        ),
    )

    message.refresh_from_db()
    assert message.text.endswith("/s/…")
    assert not MessageVersion.objects.exists()
    assert not TicketEvent.objects.filter(kind="message_edited").exists()


def test_a_survey_in_doubt_delays_no_answer_for_long_and_is_not_sent_after_it(
    kim, answer, pump
):
    ticket = answer(kim())
    survey = due()
    ago = timezone.now() - timedelta(seconds=delivery.DOUBT_SECONDS + 20)
    Delivery.objects.filter(pk=survey.delivery_id).update(
        state="uncertain", claimed_at=ago, look_up_at=ago
    )
    arrive(
        delivery.queue_delivery(
            thread=ticket.thread, in_reply_to=None, text="Oh, and this."
        ).pk
    )
    settling.not_there(Delivery.objects.get(pk=survey.delivery_id))
    pump()

    survey.refresh_from_db()
    assert (survey.state, survey.reason, survey.asked_at) == (
        *("skipped", "too_late"),
        None,
    )
    assert survey.delivery.state == "cancelled"


def test_a_refused_survey_was_not_asked(kim, answer, pump):
    answer(kim())
    survey = due()
    Delivery.objects.filter(pk=survey.delivery_id).update(state="sending", fence=1)
    settling.refused(
        Delivery.objects.get(pk=survey.delivery_id), reason="They blocked us."
    )
    pump()

    survey.refresh_from_db()
    assert (survey.state, survey.reason) == ("skipped", "refused")
    assert (survey.asked_at, survey.digest) == (None, None)


def test_nobodys_answer_ends_by_itself(asked):
    pass_by(days=7)
    ask_due()

    asked.refresh_from_db()
    assert (asked.state, asked.score) == ("expired", None)
