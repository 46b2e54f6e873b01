"""A number in private is a score, where nothing else was said."""

import pytest
from django.utils import timezone

from tests.webcare.surveys.passing import kinds, pass_by
from webcare.actions import deciding, survey_answers
from webcare.domain.outcomes import Verdict
from webcare.exceptions import NotAllowed
from webcare.models import (
    Decision,
    Ticket,
    Turn,
)

pytestmark = pytest.mark.django_db


def test_a_number_in_private_is_the_score(asked, says):
    message = says("4, bedankt!")

    asked.refresh_from_db()
    ticket = Ticket.objects.get()
    assert (asked.state, asked.score, asked.answer) == ("answered", 4, message)
    assert (ticket.status, Turn.objects.count()) == ("resolved", 1)
    decided = Decision.objects.get(message=message)
    assert (decided.verdict, decided.reason) == ("ignore", "survey_answer")
    assert ticket.ticket_messages.filter(message=message).exists()
    assert kinds(ticket)[-2:] == ["message_added", "survey_answered"]


def test_a_number_is_the_score_of_a_ticket_that_was_closed_meanwhile(asked, says):
    Ticket.objects.update(status="closed")
    says("5")

    asked.refresh_from_db()
    assert (asked.score, Ticket.objects.count()) == (5, 1)


@pytest.mark.parametrize("text", ["6", "5 dagen wachten!", "4 of 5?", "Nog niks"])
def test_anything_else_is_a_message_like_any_other(asked, says, text):
    says(text)

    asked.refresh_from_db()
    assert (asked.state, Ticket.objects.get().status) == ("asked", "open")


def test_a_number_in_public_is_no_score(asked, says):
    says("4", visibility="public")

    asked.refresh_from_db()
    assert (asked.state, Ticket.objects.count()) == ("asked", 2)


def test_a_number_that_comes_too_late_is_no_score(asked, says):
    pass_by(days=8)
    says("4")

    asked.refresh_from_db()
    assert (asked.state, Ticket.objects.get().status) == ("asked", "open")


def test_a_number_after_we_said_something_else_is_no_score(
    asked, says, hear, item, shop
):
    hear(
        shop,
        item(
            outbound=True,
            text="Which of the five do you mean?",
            visibility="private",
            author={"external_id": "kim"},
            posted_at=timezone.now().isoformat(),
        ),
    )
    says("4")

    asked.refresh_from_db()
    assert (asked.state, Ticket.objects.get().status) == ("asked", "open")


def test_a_number_while_a_question_is_open_is_no_score(asked, says):
    says("Which one was it?")
    says("4")

    asked.refresh_from_db()
    assert asked.state == "asked"


def test_a_second_number_corrects_the_first_for_an_hour(asked, says):
    says("1")
    says("5")
    asked.refresh_from_db()
    assert (asked.score, Ticket.objects.get().status) == (5, "resolved")

    pass_by(hours=2)
    says("2")
    asked.refresh_from_db()
    assert (asked.score, Ticket.objects.get().status) == (5, "open")


def test_who_decides_to_answer_it_takes_the_score_back(asked, says, ada):
    message = says("4")
    deciding.decide_on_ticket(
        ticket=Ticket.objects.get(),
        user=ada,
        message=message.public_id,
        verdict=Verdict.ANSWER,
    )

    asked.refresh_from_db()
    ticket = Ticket.objects.get()
    assert (asked.state, asked.score, asked.answer) == ("asked", None, None)
    assert (ticket.status, "survey_unread" in kinds(ticket)) == ("open", True)


def test_a_score_can_be_unread_and_the_ticket_stays_as_it_is(asked, says, ada, cas):
    says("4")
    with pytest.raises(NotAllowed):
        survey_answers.unread_score(survey=asked, user=cas)
    survey_answers.unread_score(survey=asked, user=ada)

    assert (asked.state, asked.score) == ("asked", None)
    assert Ticket.objects.get().status == "resolved"
