"""Who had an answer is asked what they thought of it, in private, and seldom."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from conversations.actions import delivery
from conversations.models import Channel, Delivery, Message, Mode
from tests.webcare.surveys.passing import due, kinds, pass_by
from webcare.actions import tickets
from webcare.actions.private_threads import move_to_private
from webcare.actions.surveys import ask_due
from webcare.domain.outcomes import Resolution
from webcare.models import (
    Survey,
    SurveySetting,
    Ticket,
)

pytestmark = pytest.mark.django_db


def test_who_was_answered_is_asked_in_private_after_a_while(kim, answer, ada):
    ticket = answer(kim(language="nl"))
    assert (Survey.objects.get().state, ask_due()) == ("waiting", 0)
    survey = due()

    sent = survey.delivery
    assert (survey.state, sent.visibility) == ("asked", "private")
    assert sent.thread == ticket.thread
    assert sent.text.startswith("Hoe hebben we het gedaan? Antwoord met een cijfer")
    assert (survey.agent, survey.queue, survey.priority) == (
        ada,
        ticket.queue,
        "normal",
    )
    assert kinds(ticket)[-1] == "survey_asked"


def test_who_writes_english_is_asked_in_english_with_the_desks_own_words(
    kim, answer, asking
):
    SurveySetting.objects.update(question_en="Happy with our answer?")
    ticket = kim()
    Ticket.objects.update(language="en")
    ticket.refresh_from_db()
    answer(ticket)

    assert due().delivery.text.startswith("Happy with our answer? Answer with a number")


def test_nobody_is_asked_in_public(make_ticket, answer):
    answer(make_ticket())
    survey = due()

    assert (survey.state, survey.reason) == ("skipped", "no_private_way")
    assert Delivery.objects.count() == 1


def test_the_door_for_texts_in_private_knows_no_public_thread(make_ticket):
    ticket = make_ticket()
    text = delivery.Text(
        ticket.public_id, ticket.thread_id, ticket.last_inbound_id, "How did we do?"
    )

    assert delivery.queue_private([text]) == {}
    assert not Delivery.objects.exists()


def test_a_public_question_that_went_on_in_private_is_asked_there(
    make_ticket, hear, item, shop, answer, ada
):
    Channel.objects.update(private_replies="allowed")
    ticket = make_ticket(author={"external_id": "kim"})
    move_to_private(ticket=ticket, user=ada)
    hear(shop, item(visibility="private", author={"external_id": "kim"}))
    ticket.refresh_from_db()
    answer(ticket)

    survey = due()
    assert (survey.state, survey.delivery.visibility) == ("asked", "private")
    assert survey.delivery.thread != ticket.thread


@pytest.mark.parametrize("outcome", ["no_answer_needed", "spam", "duplicate"])
def test_what_had_no_answer_has_nothing_to_ask(kim, ada, outcome):
    tickets.resolve_ticket(ticket=kim(), user=ada, outcome=Resolution(outcome))

    assert not Survey.objects.exists()


def test_a_queue_that_does_not_ask_plans_nothing(kim, answer):
    SurveySetting.objects.update(is_on=False)
    answer(kim())

    assert not Survey.objects.exists()


def test_a_queue_asks_on_the_channels_it_chose(kim, answer, asking, forum, shop):
    asking.channels.set([forum])
    first = answer(kim())
    assert not Survey.objects.exists()

    asking.channels.set([shop])
    tickets.reopen_ticket(ticket=first, user=first.agent)
    first.refresh_from_db()
    answer(first)
    assert Survey.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda: SurveySetting.objects.update(is_on=False), "switched_off"),
        (lambda: Ticket.objects.update(is_danger=True), "danger"),
        (lambda: Channel.objects.update(mode=Mode.PILOT), "not_sending"),
        (lambda: Channel.objects.update(mode=Mode.LISTENING), "not_sending"),
        (lambda: Channel.objects.update(text_limit=20), "refused"),
        (
            lambda: Message.objects.filter(direction="in").update(
                text="", deleted_at=timezone.now()
            ),
            "no_private_way",
        ),
    ],
)
def test_why_somebody_was_not_asked_is_written_down(kim, answer, change, reason):
    answer(kim())
    change()
    survey = due()

    assert (survey.state, survey.reason) == ("skipped", reason)
    assert Delivery.objects.count() == 1


def test_a_platforms_window_is_respected(kim, answer):
    Channel.objects.update(private_window_hours=24)
    answer(kim())
    Message.objects.filter(direction="in").update(
        posted_at=timezone.now() - timedelta(hours=25)
    )

    assert due().reason == "window_closed"


def test_the_gate_asks_for_the_window_when_the_text_leaves(asked, shop, monkeypatch):
    Channel.objects.update(private_window_hours=1)
    Message.objects.filter(direction="in").update(
        posted_at=timezone.now() - timedelta(hours=2)
    )
    [text] = delivery.queue_private(
        [
            delivery.Text(
                asked.public_id,
                asked.ticket.thread_id,
                asked.ticket.last_inbound_id,
                "Late.",
            )
        ]
    ).values()
    delivery.send_due(shop.pk)

    sent = Delivery.objects.get(pk=text)
    assert (sent.state, "up to 1 hours" in sent.failure) == ("refused", True)


def test_a_paused_channel_is_waited_for_but_not_for_ever(kim, answer):
    Channel.objects.update(mode=Mode.PAUSED)
    answer_later = kim()
    Channel.objects.update(mode=Mode.ENGAGE)
    answer(answer_later)
    Channel.objects.update(mode=Mode.PAUSED)

    assert due().state == "waiting"
    pass_by(days=3)
    ask_due()
    assert Survey.objects.get().reason == "too_late"


def test_a_question_that_is_open_again_is_not_asked_about(kim, answer, ada):
    ticket = answer(kim())
    tickets.reopen_ticket(ticket=ticket, user=ada)

    assert due().reason == "live_again"


def test_one_text_not_yet_sent_is_taken_back_when_its_author_asks_on(kim, answer, says):
    answer(kim())
    survey = due()
    says("But it is not there!")
    ask_due()

    survey.refresh_from_db()
    assert (survey.state, survey.reason) == ("skipped", "live_again")
    assert survey.delivery.state == "cancelled"


def test_a_person_is_asked_once_in_thirty_days(asked, kim, answer, says):
    says("And where is my other parcel?")
    ticket = Ticket.objects.get()
    answer(ticket)
    assert due().reason == "asked_lately"

    pass_by(days=31)
    says("And the third parcel?")
    answer(Ticket.objects.latest("id"))
    assert due().state == "asked"


def test_the_database_refuses_a_second_asking_in_thirty_days(asked):
    other = Survey.objects.get()
    other.pk, other.public_id, other.event_id, other.delivery = None, None, 0, None
    other.digest = b"x"
    other.asked_at += timedelta(days=29)
    other.rests_until += timedelta(days=29)

    with pytest.raises(IntegrityError, match="one_per_author"), transaction.atomic():
        other.public_id = "12345678-0000-4000-8000-000000000000"
        other.save(force_insert=True)
