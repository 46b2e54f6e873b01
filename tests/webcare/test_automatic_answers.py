"""Rules that answer: once a turn, said to be automatic, and never a person's answer."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.actions import delivery
from conversations.actions.batches import drain
from conversations.models import Delivery, Message, Mode, Work
from conversations.models.bulk import fetch
from demo.platform import Platform
from webcare.actions import automation_runs, bulk_rows, in_bulk, macros, replies
from webcare.actions.automation import make_rule
from webcare.actions.automation_trial import try_rule
from webcare.actions.followers import follow_ticket
from webcare.actions.tickets import resolve_ticket
from webcare.domain.automatic_answers import MOST_AN_HOUR
from webcare.domain.macros import Owner, Wording
from webcare.models import (
    Clock,
    Notification,
    Reply,
    RuleAnswer,
    RuleTrace,
    Topic,
    TopicRule,
    Turn,
)

pytestmark = pytest.mark.django_db
HELLO = "Hello {{author.name}}, we have your question, number {{ticket.number}}."


@pytest.fixture
def macro(root):
    names = count(1)

    def make(text=HELLO, **fields):
        texts = text if isinstance(text, list) else [Wording(None, "", text)]
        name = f"We heard you {next(names)}"
        return macros.make_macro(
            user=root, name=name, owned_by=Owner.DESK, texts=texts, **fields
        )

    return make


@pytest.fixture
def rule(root, macro):
    """Makes an enabled rule that answers what is routed, unless told otherwise."""

    def make(says=None, on=("opened",), **fields):
        says = says or macro()
        definition = {
            "trigger": on if isinstance(on, dict) else {"events": list(on)},
            "conditions": {},
            "actions": [{"do": "answer", "macro": str(says.public_id)}],
        }
        given = {"user": root, "name": "Hello", "is_enabled": True} | fields
        return make_rule(definition=definition, **given)

    return make


@pytest.fixture
def platform(tmp_path, shop):
    with Platform(tmp_path / "ledger.db", [shop.secret], idempotent=False) as far:
        shop.callback_url = far.callback_url
        shop.public_hold_seconds = 0
        shop.save()
        yield far


@pytest.fixture
def send(shop, pump):
    def run():
        delivery.send_due(shop.pk)
        pump()

    return run


def results(ticket):
    traces = RuleTrace.objects.filter(ticket=ticket).order_by("pk")
    return [step["result"] for trace in traces for step in trace.steps]


def test_a_rule_answers_who_spoke_to_us_and_nobody_wrote_it(rule, make_ticket):
    made = rule()

    ticket = make_ticket()

    [reply] = Reply.objects.filter(ticket=ticket)
    assert reply.text == f"Hello Kim, we have your question, number {ticket.pk}."
    assert (reply.author, reply.rule) == (None, made)
    assert (reply.delivery.state, reply.written_against) == (
        "waiting",
        ticket.last_inbound,
    )
    line = ticket.events.get(kind="reply_written")
    assert (line.actor, line.data["automatic"], line.data["depth"]) == (None, True, 1)
    assert line.cause.startswith("rule:")
    assert results(ticket) == ["done"]


def test_it_stops_no_clock_ends_no_turn_and_moves_nothing(
    rule, make_ticket, platform, send, ada
):
    rule()
    ticket = make_ticket()
    follow_ticket(ticket=ticket, user=ada)
    before = (ticket.status, ticket.agent_id, ticket.waiting_since, ticket.due_at)

    send()

    ticket.refresh_from_db()
    assert Delivery.objects.get().state == "sent"
    assert Message.objects.get(direction="out").text.startswith("Hello Kim")
    after = (ticket.status, ticket.agent_id, ticket.waiting_since, ticket.due_at)
    assert after == before
    assert ticket.first_response_seconds is None
    assert Turn.objects.get(ticket=ticket).outcome == "waiting"
    assert not Clock.objects.filter(stopped_at__isnull=False).exists()
    assert ticket.events.get(kind="reply_sent").data["automatic"] is True
    assert not Notification.objects.filter(kind="answered").exists()


def test_a_persons_answer_after_it_is_the_first_response(
    rule, make_ticket, platform, send, ada
):
    rule()
    ticket = make_ticket()
    send()

    replies.send_reply(ticket=ticket, user=ada, text="From ten.", client_key="k")
    send()

    ticket.refresh_from_db()
    turn = Turn.objects.get(ticket=ticket)
    assert (turn.outcome, turn.answered_by) == ("answered", ada)
    assert ticket.first_response_seconds == turn.calendar_seconds
    assert turn.answer.text == "From ten."


def test_it_is_no_answer_when_the_ticket_is_resolved(rule, make_ticket, ada):
    rule()
    ticket = make_ticket()

    resolve_ticket(ticket=ticket, user=ada)

    ticket.refresh_from_db()
    assert ticket.resolution == "no_answer_needed"
    assert Turn.objects.get(ticket=ticket).outcome == "left"


def test_the_platform_may_tell_of_it_first_and_it_is_still_no_answer(
    rule, make_ticket, hear, shop, item, platform, pump
):
    rule()
    ticket = make_ticket()
    Delivery.objects.update(state="uncertain", claimed_at=timezone.now(), fence=1)
    text = Reply.objects.get().text

    hear(
        shop,
        item(text=text, outbound=True, in_reply_to=ticket.last_inbound.external_id),
    )

    assert Turn.objects.get(ticket=ticket).outcome == "waiting"
    assert not ticket.events.filter(kind="answered_elsewhere").exists()


def test_what_we_say_outside_the_desk_makes_it_needless(
    rule, make_ticket, hear, shop, item
):
    rule()
    ticket = make_ticket()

    hear(
        shop,
        item(
            text="From ten.", outbound=True, in_reply_to=ticket.last_inbound.external_id
        ),
    )

    assert Delivery.objects.get().state == "cancelled"
    assert Turn.objects.get(ticket=ticket).outcome == "answered"


def test_a_turn_is_answered_once_by_a_rule_whatever_wakes_it(
    rule, make_ticket, hear, shop, item, platform, send
):
    rule(on=("opened", "message_added", "tagged"))
    ticket = make_ticket(author={"external_id": "kim", "handle": "kim", "name": "Kim"})
    send()

    hear(
        shop,
        item(
            author={"external_id": "kim", "handle": "kim", "name": "Kim"},
            in_reply_to=ticket.last_inbound.external_id,
        ),
    )

    assert Reply.objects.count() == 1
    assert results(ticket) == ["done", "answered_automatically"]


def test_the_database_knows_that_a_rule_spoke_in_a_turn(rule, make_ticket):
    rule(on=("opened", "note_added"))
    ticket = make_ticket()
    Reply.objects.all().delete()  # as if nobody could know of it any more

    _note(ticket)

    assert results(ticket) == ["done", "answered"]
    assert RuleAnswer.objects.count() == 1


def _note(ticket):
    rows = bulk_rows.lock([ticket.pk])
    by = bulk_rows.By("person")
    in_bulk.note(rows, by, text="Look")
    while any(sum(drain(s)) for s in (automation_runs.STAGE, automation_runs.TIMED)):
        pass
    assert not Work.objects.exclude(error="").values_list("stage", "error")


def test_after_a_persons_answer_the_next_turn_is_answered_again(
    rule, make_ticket, hear, shop, item, platform, send, ada
):
    rule(on=("opened", "message_added", "reopened"))
    kim = {"external_id": "kim", "handle": "kim", "name": "Kim"}
    ticket = make_ticket(author=kim)
    send()
    replies.send_reply(ticket=ticket, user=ada, text="From ten.", client_key="k")
    send()

    later = (timezone.now() + timedelta(seconds=1)).isoformat()
    hear(
        shop,
        item(
            author=kim,
            posted_at=later,
            text="And on Sunday, is it open then?",
            in_reply_to=Message.objects.filter(direction="out").last().external_id,
        ),
    )

    assert results(ticket) == ["done", "done"]
    assert Turn.objects.filter(ticket=ticket).count() == 2


def test_a_machine_that_answers_in_new_threads_is_not_answered_for_ever(
    rule, make_ticket
):
    rule()
    bot = {"external_id": "bot", "handle": "bot", "name": "Bot"}

    said = [results(make_ticket(author=bot)) for _ in range(MOST_AN_HOUR + 2)]

    assert said == [["done"]] * MOST_AN_HOUR + [["too_often"]] * 2


def test_rules_that_hear_each_other_answer_once(rule, make_ticket, platform, send):
    rule(name="One")
    rule(name="Two", on=("reply_written", "reply_sent"))

    ticket = make_ticket()
    send()

    assert Reply.objects.count() == 1
    assert results(ticket)[0] == "done"
    assert set(results(ticket)[1:]) == {"answered_automatically"}


def test_danger_is_answered_by_people(rule, make_ticket, shop_queue):
    danger = Topic.objects.create(
        slug="danger", name="Danger", queue=shop_queue, is_danger=True
    )
    TopicRule.objects.create(topic=danger, kind="phrase", pattern="smell gas")
    rule()

    ticket = make_ticket(text="I smell gas in the hall")

    assert ticket.is_danger
    assert results(ticket) == ["danger"]
    assert not Reply.objects.exists()


def test_nobody_is_told_something_who_did_not_speak_to_us(
    rule, make_ticket, macro, root
):
    rule(on=("note_added",))
    ticket = make_ticket()
    fetch("UPDATE conversations_message SET addressed = false", [])

    _note(ticket)

    assert results(ticket) == ["not_addressed"]


def test_a_queue_of_four_eyes_is_answered_by_people(rule, make_ticket, shop_queue):
    rule(on=("routed",))
    shop_queue.needs_approval = True
    shop_queue.save()

    ticket = make_ticket()

    assert results(ticket) == ["needs_approval"]
    assert not Reply.objects.exists()


def test_a_topic_of_four_eyes_is_answered_by_people(rule, make_ticket, delivery_topic):
    rule(on=("routed",))
    delivery_topic.needs_approval = True
    delivery_topic.save()

    assert results(make_ticket()) == ["needs_approval"]


def test_where_a_colleague_answers_no_rule_does(rule, ticket, ada):
    rule(on=("reply_written", "note_added"))

    replies.send_reply(ticket=ticket, user=ada, text="From ten.", client_key="k")
    _note(ticket)

    assert results(ticket) == ["being_answered", "being_answered"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"mode": Mode.LISTENING}, "channel_does_not_send"),
        ({"mode": Mode.PAUSED}, "channel_does_not_send"),
        ({"mode": Mode.PILOT, "pilot_cap": 0}, "pilot_cap"),
        ({"text_limit": 10}, "too_long"),
        ({"stopped_at": timezone.now()}, "channel_stopped"),
    ],
)
def test_the_send_gate_is_asked(rule, ticket, shop, change, word):
    rule(on=("note_added",))
    for name, value in change.items():
        setattr(shop, name, value)
    shop.save()

    _note(ticket)

    assert results(ticket) == [word]
    assert not Reply.objects.exists()


def test_the_text_suits_the_language(rule, macro, ticket):
    rule(
        macro([Wording(None, "nl", "Dag {{author.name}}"), Wording(None, "", "Hi")]),
        on=("note_added",),
    )
    fetch("UPDATE webcare_ticket SET language = 'nl'", [])

    _note(ticket)

    assert Reply.objects.get().text == "Dag Kim"


def test_a_text_with_a_gap_is_not_sent(rule, macro, ticket):
    rule(macro("{{agent.name}} will look"), on=("note_added",))
    _note(ticket)
    assert results(ticket) == ["gap"]


def test_a_text_for_another_language_is_not_sent(rule, macro, ticket):
    rule(macro([Wording(None, "de", "Guten Tag")]), on=("note_added",))
    _note(ticket)
    assert results(ticket) == ["no_text"]


def test_a_macro_that_was_retired_says_nothing(rule, macro, ticket, root):
    says = macro()
    rule(says, on=("note_added",))
    macros.remove_macro(user=root, macro=says)
    _note(ticket)
    assert results(ticket) == ["gone"]


def test_it_can_be_taken_back_while_it_is_held(rule, make_ticket, ada):
    rule()
    ticket = make_ticket()

    replies.take_back_reply(reply=Reply.objects.get(), user=ada)

    ticket.refresh_from_db()
    assert Delivery.objects.get().state == "cancelled"
    assert Turn.objects.get(ticket=ticket).outcome == "waiting"


def test_one_that_the_platform_refuses_moves_no_ticket(rule, make_ticket, shop, send):
    rule()
    ticket = make_ticket()
    fetch("UPDATE webcare_ticket SET status = 'pending' WHERE id = %s", [ticket.pk])
    fetch("UPDATE conversations_delivery SET due_at = now()", [])
    shop.text_limit = 5  # since it was written
    shop.save()

    send()

    ticket.refresh_from_db()
    assert Delivery.objects.get().state == "refused"
    assert ticket.status == "pending"
    assert "status" not in ticket.events.get(kind="reply_refused").data


def test_a_dry_run_shows_the_text_whom_it_goes_to_and_why_not(
    macro, make_ticket, root, ada
):
    waiting, answered = make_ticket(), make_ticket(text="Is there a parcel for me?")
    replies.send_reply(ticket=answered, user=ada, text="Yes.", client_key="k")
    definition = {
        "trigger": {"events": ["opened"]},
        "actions": [{"do": "answer", "macro": str(macro().public_id)}],
    }

    trial = try_rule(user=root, definition=definition)

    told = {ticket: changes for ticket, [changes] in trial.matched}
    one = told[str(waiting.public_id)]
    assert (one["to"], one["refused"]) == ("kim", "")
    assert one["text"].endswith(f"number {waiting.pk}.")
    assert told[str(answered.public_id)]["refused"] == "being_answered"
    assert Reply.objects.filter(rule__isnull=False).count() == 0


def test_statements_do_not_grow_with_the_tickets(rule, make_ticket, shop):
    shop.mode = Mode.PILOT
    shop.save()
    rule(on=("note_added",))
    tickets = [make_ticket() for _ in range(6)]

    with CaptureQueriesContext(connection) as few:
        _note_all(tickets[:1])
    with CaptureQueriesContext(connection) as many:
        _note_all(tickets[1:])

    assert Reply.objects.count() == 6
    assert len(many) == len(few)


def _note_all(tickets):
    rows = bulk_rows.lock([one.pk for one in tickets])
    by = bulk_rows.By("person")
    in_bulk.note(rows, by, text="Look")
    while sum(drain(automation_runs.STAGE)):
        pass


def test_the_api_and_the_desk_say_that_it_is_automatic(
    rule, make_ticket, platform, send, as_client, ada, client
):
    made = rule(name="Office hours")
    waits = make_ticket()
    address = f"/api/v1/tickets/{waits.public_id}"
    mine = as_client(ada)

    [reply] = mine.get(f"{address}/replies").json()["results"]
    assert (reply["automatic"], reply["author"]) == (True, None)
    assert reply["rule"] == {"id": str(made.public_id), "name": "Office hours"}
    client.force_login(ada)
    page = f"/tickets/{waits.public_id}"
    assert "Automatic answer" in client.get(page).content.decode()

    send()

    said = mine.get(f"{address}/messages").json()["results"][-1]
    assert (said["automatic"], said["written_by"]) == (True, None)
    dutch = client.get(page, headers={"accept-language": "nl"}).content.decode()
    assert "Automatisch antwoord" in dutch
    assert "Office hours" in dutch
