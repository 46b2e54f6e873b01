"""Whom we answered, of three wholes: never one number that flatters."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Delivery
from tests.webcare.surveys.passing import arrive
from webcare.actions import deciding, replies, tickets
from webcare.actions.merges import merge_ticket
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Verdict
from webcare.models import Ticket

pytestmark = pytest.mark.django_db
PATH = "/api/v1/reports/response-rate"


@pytest.fixture
def report(as_client, root, settle):
    def ask(user=root, **parameters):
        settle()
        answer = as_client(user).get(PATH, parameters)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    return ask


@pytest.fixture
def answer(ada, pump):
    def say(ticket, then=Status.PENDING):
        key = f"k{ticket.pk} {ticket.version}"
        reply = replies.send_reply(
            ticket=ticket, user=ada, text="Tomorrow.", client_key=key, then=then
        )
        arrive(reply.delivery_id)
        pump()
        ticket.refresh_from_db()
        return ticket

    return say


def rates(line):
    return {
        name: (line[name]["answered"], line[name]["of"])
        for name in ("needs_answer", "addressed", "monitored")
    }


def test_three_wholes_and_what_is_apart(
    make_ticket, answer, hear, item, shop, forum, ada, report
):
    answer(make_ticket())
    make_ticket()
    tickets.resolve_ticket(ticket=make_ticket(), user=ada)
    hear(shop, item(addressed=False, text="These people again"))
    hear(forum, item(), item())
    hear(shop, item(history=True))

    [line] = report()
    assert rates(line) == {
        "needs_answer": (1, 2),
        "addressed": (1, 5),
        "monitored": (1, 6),
    }
    assert line["needs_answer"]["share"] == 0.5
    assert line["waiting"] == 1
    assert line["deliberately_unanswered"] == {
        "left": 1,
        "ignored": 0,
        "watched": 3,
        "passed_on": 0,
    }


def test_every_message_of_an_answered_turn_is_answered(
    make_ticket, answer, hear, item, shop, report
):
    author = {"external_id": "kim"}
    ticket = make_ticket(thread="one", author=author)
    hear(shop, item(thread="one", author=author, text="Hello?"))
    answer(Ticket.objects.get(pk=ticket.pk))
    now = timezone.now().isoformat()
    hear(shop, item(thread="one", author=author, text="And now?", posted_at=now))

    [line] = report(to=(timezone.now() + timedelta(minutes=1)).isoformat())
    assert rates(line)["needs_answer"] == (2, 3)


def test_last_words_are_in_no_whole(make_ticket, answer, hear, item, shop, report):
    ticket = answer(make_ticket(thread="one"), then=Status.RESOLVED)
    author = {"external_id": ticket.author.external_id}
    now = timezone.now().isoformat()
    hear(shop, item(thread="one", author=author, text="Bedankt!", posted_at=now))

    [line] = report(to=(timezone.now() + timedelta(minutes=1)).isoformat())
    assert (line["last_words"], rates(line)["monitored"]) == (1, (1, 1))


def test_what_a_person_chose_not_to_answer_is_apart(
    make_ticket, hear, item, shop, ada, report
):
    ticket = make_ticket(thread="one")
    deciding.decide_on_ticket(
        ticket=ticket,
        user=ada,
        message=ticket.last_inbound.public_id,
        verdict=Verdict.IGNORE,
    )

    [line] = report()
    assert line["deliberately_unanswered"]["ignored"] == 1
    assert rates(line)["needs_answer"] == (0, 0)
    assert line["needs_answer"]["share"] is None


def test_merging_moves_no_figure(make_ticket, answer, lena, report):
    author = {"external_id": "kim"}
    one, two = (make_ticket(thread=name, author=author) for name in ("one", "two"))
    answer(one)
    before = report(by="queue")
    merge_ticket(source=two, target=one, user=lena)

    assert report(by="queue") == before


def test_what_is_in_no_queue_is_for_who_sees_all(
    make_ticket, hear, item, forum, report, ada
):
    make_ticket()
    hear(forum, item())

    assert [line["monitored"]["of"] for line in report(ada)] == [1]
    assert [(line["key"], line["monitored"]["of"]) for line in report(by="queue")] == [
        ("shop", 1),
        (None, 1),
    ]


@pytest.mark.parametrize(
    "by", ["queue", "topic", "agent", "channel", "priority", "hour", "day", "week"]
)
def test_it_is_told_by_everything(make_ticket, answer, report, by):
    answer(make_ticket())

    [line] = report(by=by)
    assert (line["key"] is not None, rates(line)["needs_answer"]) == (True, (1, 1))
    assert Delivery.objects.count() == 1
