"""Thanks after the end join their ticket and start nothing; a person may see it so."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.actions import reading
from conversations.actions.batches import drain
from conversations.actions.ingestion import take_messages
from conversations.models import Message
from webcare.actions import clocks, deciding, intake, parking, replies, tickets
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Resolution, Verdict
from webcare.exceptions import Invalid, NotAllowed, NotFound, TicketChanged
from webcare.models import Clock, Decision, Ticket, TicketEvent, TopicRule, Turn

pytestmark = pytest.mark.django_db

REMARK = "Super, opgelost 👍"


@pytest.fixture
def done(ticket, ada):
    return tickets.resolve_ticket(ticket=ticket, user=ada, outcome=Resolution.ANSWERED)


@pytest.fixture
def says(shop, hear, item):
    """Lets the author of a ticket say more in its thread."""

    def say(ticket, text, **fields):
        now = timezone.now().isoformat()
        author = {"external_id": ticket.author.external_id}
        first = ticket.ticket_messages.earliest("message_id").message.external_id
        more = {"author": author, "in_reply_to": first, "posted_at": now, "text": text}
        [message] = hear(shop, item(**(more | fields)))
        ticket.refresh_from_db()
        return message

    return say


def decision(message):
    return Decision.objects.values_list("verdict", "reason").get(message=message)


def test_thanks_after_the_end_join_the_ticket_and_start_nothing(done, says):
    before = list(Turn.objects.values()), list(Clock.objects.values())
    message = says(done, REMARK)

    assert (done.status, done.waiting_since, done.due_at) == ("resolved", None, None)
    assert (list(Turn.objects.values()), list(Clock.objects.values())) == before
    assert done.ticket_messages.filter(message=message).exists()
    assert (done.excerpt, done.last_inbound) == (REMARK, message)
    assert decision(message) == ("ignore", "closing_remark")
    kept = Decision.objects.get(message=message)
    assert (kept.score, kept.classifier) == (1.0, 1)


def test_the_log_says_why_and_how_sure_without_a_word_of_it(done, says):
    message = says(done, REMARK)

    added = done.events.latest("id")
    assert (added.kind, added.cause) == ("message_added", "intake")
    assert added.data == {
        "message": message.pk,
        "reason": "closing_remark",
        "why": "solved",
        "score": 1.0,
        "edition": 1,
    }


def test_thanks_while_we_wait_for_the_customer_start_nothing(ticket, ada, says, pump):
    replies.send_reply(ticket=ticket, user=ada, text="Tomorrow.", client_key="k")
    Ticket.objects.update(waiting_since=None)
    says(ticket, "bedankt, top!")

    assert (ticket.status, ticket.waiting_since) == ("pending", None)


def test_thanks_while_a_question_waits_are_part_of_it(ticket, ada, says):
    parking.park_ticket(ticket=ticket, user=ada, status=Status.PENDING)
    message = says(ticket, "Thanks!")

    assert ticket.status == "open"
    assert decision(message) == ("answer", "addressed")


@pytest.mark.parametrize(
    "text", ["bedankt maar het werkt nog niet", "top, wanneer komt de monteur?"]
)
def test_whatever_wants_something_opens_its_ticket(done, says, text):
    message = says(done, text)

    assert done.status == "open"
    assert Turn.objects.get(outcome="waiting").first_message == message


def test_thanks_with_a_picture_open_their_ticket(done, says):
    files = [{"url": "https://example.org/a.png", "name": "a", "type": "image/png"}]
    says(done, "Thanks!", attachments=files)

    assert done.status == "open"


def test_thanks_that_speak_of_danger_open_their_ticket(done, says, delivery_topic):
    delivery_topic.is_danger = True
    delivery_topic.save()
    TopicRule.objects.create(topic=delivery_topic, kind="word", pattern="super")
    says(done, "super, dank je wel")

    assert (done.status, done.is_danger) == ("open", True)


def test_a_question_after_thanks_begins_with_the_question(shop, done, item):
    """Both arrive at once: the turn is measured from what has to be answered."""
    author = {"external_id": done.author.external_id}
    first = done.last_inbound.external_id
    now = timezone.now()
    both = [
        item(author=author, in_reply_to=first, text=text, posted_at=at.isoformat())
        for text, at in [
            ("Thanks!", now),
            ("Where is the bill?", now + timedelta(1e-5)),
        ]
    ]
    take_messages(channel=shop, body=json.dumps(both).encode(), now=now)
    list(drain(reading.STAGE))
    list(drain(intake.STAGE))

    done.refresh_from_db()
    turn = Turn.objects.get(outcome="waiting")
    assert (done.status, done.excerpt) == ("open", "Where is the bill?")
    assert turn.first_message.text == "Where is the bill?"
    assert done.ticket_messages.count() == 3


def test_thanks_after_the_window_are_a_new_ticket(done, says, shop):
    window = timedelta(hours=done.queue.reopen_window_hours, seconds=1)
    Ticket.objects.update(resolved_at=timezone.now() - window)
    says(done, "Thanks!")

    assert Ticket.objects.latest("id").follows == done


def test_a_person_can_see_in_thanks_a_question(done, says, ada):
    message = says(done, "Thanks!")
    deciding.decide_on_ticket(
        ticket=done, user=ada, message=message.public_id, verdict=Verdict.ANSWER
    )

    turn = Turn.objects.get(outcome="waiting")
    assert (done.status, done.resolution, done.waiting_since) == (
        "open",
        "",
        message.posted_at,
    )
    assert (turn.started_at, turn.first_message) == (message.posted_at, message)
    assert Clock.objects.filter(turn=turn, stopped_at=None).exists()
    assert done.due_at
    decided = done.events.latest("id")
    assert (decided.kind, decided.actor) == ("decided", ada)
    assert (
        decided.data.items()
        >= {
            "message": message.pk,
            "verdict": "answer",
            "was": "ignore",
            "status": "open",
        }.items()
    )
    assert decided.data["promises"]["turn"] == turn.number


def test_a_question_that_needs_no_answer_leaves_its_turn(ticket, ada):
    message = ticket.last_inbound
    deciding.decide_on_ticket(
        ticket=ticket, user=ada, message=message.public_id, verdict=Verdict.IGNORE
    )

    assert Turn.objects.get().outcome == "left"
    assert (ticket.status, ticket.waiting_since) == ("new", None)
    assert ticket.due_at == Clock.objects.get(promise="resolution").due_at
    assert decision(message) == ("ignore", "person")


def test_of_two_questions_the_other_is_still_waited_for(ticket, ada, says):
    first, second = ticket.last_inbound, says(ticket, "And the other parcel?")
    deciding.decide_on_ticket(
        ticket=ticket, user=ada, message=first.public_id, verdict=Verdict.PASS_ON
    )

    turn = Turn.objects.get()
    assert (turn.outcome, turn.started_at) == ("waiting", second.posted_at)
    assert ticket.waiting_since == second.posted_at
    clock = Clock.objects.get(turn=turn)
    assert clock.due_at == second.posted_at + timedelta(seconds=clock.target_seconds)


def test_a_persons_decision_is_never_overwritten(done, says, ada):
    message = says(done, "Thanks!")
    deciding.decide_on_ticket(
        ticket=done, user=ada, message=message.public_id, verdict=Verdict.WATCH
    )
    intake.take_in([message.pk])

    kept = Decision.objects.get(message=message)
    assert (kept.verdict, kept.decided_by, kept.score) == ("watch", ada, None)


def test_a_message_of_another_ticket_cannot_be_decided_here(make_ticket, ada):
    one, other = make_ticket(), make_ticket()
    with pytest.raises(Invalid):
        deciding.decide_on_ticket(
            ticket=one,
            user=ada,
            message=other.last_inbound.public_id,
            verdict=Verdict.IGNORE,
        )


def test_what_was_only_watched_becomes_a_ticket_when_a_person_says_so(
    shop, hear, item, root, delivery_topic, pump
):
    [message] = hear(shop, item(addressed=False))
    decided = deciding.decide_on_message(
        user=root, message=message.public_id, verdict=Verdict.ANSWER, reason="press"
    )
    pump()

    ticket = Ticket.objects.get()
    assert decided.ticket == ticket.public_id
    assert (ticket.status, ticket.queue.slug) == ("new", "shop")
    assert ticket.waiting_since == message.posted_at
    assert decision(message) == ("answer", "press")
    opened = TicketEvent.objects.get(kind="opened")
    assert (opened.actor, opened.cause) == (root, "person")


def test_what_was_watched_can_be_passed_on_without_a_ticket(shop, hear, item, root):
    [message] = hear(shop, item(addressed=False))
    deciding.decide_on_message(
        user=root, message=message.public_id, verdict=Verdict.PASS_ON
    )

    assert decision(message) == ("pass_on", "person")
    assert not Ticket.objects.exists()


def test_what_is_on_a_ticket_is_decided_there(ticket, root):
    with pytest.raises(TicketChanged):
        deciding.decide_on_message(
            user=root, message=ticket.last_inbound.public_id, verdict=Verdict.WATCH
        )


def test_what_its_author_deleted_is_not_answered(shop, hear, item, root):
    one = item(addressed=False)
    hear(shop, one)
    hear(shop, {"external_id": one["external_id"], "deleted": True})
    with pytest.raises(Invalid):
        deciding.decide_on_message(
            user=root,
            message=Message.objects.get().public_id,
            verdict=Verdict.ANSWER,
        )


def test_who_does_not_see_all_queues_does_not_see_what_lies_in_none(
    shop, hear, item, ada, integrator, ticket
):
    [message] = hear(shop, item(addressed=False))
    with pytest.raises(NotFound):
        deciding.decide_on_message(
            user=ada, message=message.public_id, verdict=Verdict.ANSWER
        )
    assert Ticket.objects.count() == 1


def test_who_may_not_work_in_its_queue_decides_nothing(ticket, cas):
    with pytest.raises(NotAllowed):
        deciding.decide_on_ticket(
            ticket=ticket,
            user=cas,
            message=ticket.last_inbound.public_id,
            verdict=Verdict.IGNORE,
        )


@pytest.fixture
def edits(hear, shop, item):
    """Let an author edit a message of theirs."""

    def run(message, text, **more):
        at = timezone.now()
        fields = {
            "external_id": message.external_id,
            "author": {"external_id": message.author.external_id},
            "in_reply_to": message.in_reply_to,
            "posted_at": message.posted_at.isoformat(),
            "edited_at": at.isoformat(),
            "text": text,
        }
        hear(shop, item(**fields | more))
        return at

    return run


def test_thanks_edited_into_a_question_open_their_ticket(done, says, edits):
    message = says(done, "Thanks!")
    assert done.status == "resolved"

    at = edits(message, "Thanks, but where is the bill?")

    done.refresh_from_db()
    turn = Turn.objects.get(outcome="waiting")
    assert (done.status, done.excerpt) == ("open", "Thanks, but where is the bill?")
    assert (turn.first_message, turn.started_at) == (message, at)
    assert decision(message) == ("answer", "edited")
    assert done.ticket_messages.filter(message=message).count() == 1
    assert done.events.filter(kind="reopened").count() == 1


def test_a_question_made_by_an_edit_is_of_the_turn_from_then_on(done, says, ada, edits):
    thanks = says(done, "Thanks!")
    at = edits(thanks, "Thanks, but where is the bill?")
    done.refresh_from_db()
    assert done.waiting_since == at
    other = says(done, "And the parcel?")

    let_go(done, ada, other)

    turn = Turn.objects.get(outcome="waiting")
    assert (turn.first_message, turn.started_at) == (thanks, at)
    done.refresh_from_db()
    assert (done.waiting_since, done.due_at is None) == (at, False)
    assert clocks.unlike_their_log([done.pk], by_turns=False) == []


def test_a_question_that_is_let_go_leaves_one_made_by_an_edit(done, says, ada, edits):
    thanks = says(done, "Thanks!")
    question = says(done, "And the parcel?")
    at = edits(thanks, "Thanks, but where is the bill?")

    let_go(done, ada, question)

    turn = Turn.objects.get(outcome="waiting")
    assert (turn.first_message, turn.started_at) == (thanks, at)


def let_go(ticket, user, message):
    deciding.decide_on_ticket(
        ticket=ticket, user=user, message=message.public_id, verdict=Verdict.IGNORE
    )


def test_thanks_edited_into_other_thanks_change_nothing(done, says, edits):
    message = says(done, "Thanks!")

    edits(message, "Thank you!")

    done.refresh_from_db()
    assert done.status == "resolved"
    assert decision(message) == ("ignore", "closing_remark")


def test_thanks_edited_after_the_window_are_a_new_ticket(done, says, edits):
    message = says(done, "Thanks!")
    Ticket.objects.filter(pk=done.pk).update(
        resolved_at=timezone.now() - timedelta(hours=100)
    )

    edits(message, "Where is the bill?")

    newest = Ticket.objects.latest("pk")
    assert newest.follows == done
    assert newest.ticket_messages.get().message == message
    done.refresh_from_db()
    assert done.status == "resolved"


def test_what_a_person_decided_stays_when_its_author_edits_it(done, says, ada, edits):
    message = says(done, "Thanks!")
    deciding.decide_on_ticket(
        ticket=done, user=ada, message=message.public_id, verdict=Verdict.IGNORE
    )

    edits(message, "Where is the bill?")

    done.refresh_from_db()
    assert done.status == "resolved"
