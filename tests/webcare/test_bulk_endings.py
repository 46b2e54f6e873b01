"""Many tickets resolved at once end as each would alone, and can be taken back."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from conversations.actions import settling
from conversations.actions.batches import drain
from conversations.models import Delivery
from webcare.actions import bulk, bulk_undo, parking, replies, tickets
from webcare.actions.bulk import change_many
from webcare.actions.bulk_undo import undo
from webcare.actions.merges import merge_ticket
from webcare.actions.splits import split_ticket
from webcare.domain.lifecycle import UNDO_SECONDS, Status
from webcare.domain.outcomes import Resolution
from webcare.exceptions import Invalid, WebcareError
from webcare.models import (
    BulkItem,
    Clock,
    CustomField,
    Queue,
    Ticket,
    TicketEvent,
    Turn,
)

pytestmark = pytest.mark.django_db

ROW = (
    *("id", "status", "agent_id", "queue_id", "waiting_since", "due_at", "version"),
    *("snoozed_until", "opened_at", "resolved_at", "resolution", "resolution_seconds"),
    *("resolution_reason", "resolution_note", "first_response_seconds"),
)
SECONDS = ("business_seconds", "resolution_seconds", "calendar_seconds")


@pytest.fixture
def every_kind(hear, shop, item, ada, lena, delivery_topic, triage_queue, pump):
    """Tickets in every state that resolving asks about, in rising order."""

    def ask(**fields):
        at = (timezone.now() - timedelta(hours=1)).isoformat()
        given = {"thread": uuid4().hex, "posted_at": at} | fields
        [message] = hear(shop, item(**given))
        return Ticket.objects.get(ticket_messages__message=message)

    def answer(ticket):
        wrote = replies.send_reply(
            ticket=ticket, user=ada, text="Yes.", client_key=uuid4().hex
        )
        Delivery.objects.filter(pk=wrote.delivery_id).update(
            state="sending", fence=1, claimed_at=timezone.now()
        )
        sent = Delivery.objects.select_related("channel").get(pk=wrote.delivery_id)
        settling.sent(sent, external_id=uuid4().hex)
        pump()

    kim = {"external_id": "kim", "handle": "@kim", "name": "Kim"}
    ask()  # new
    tickets.claim_ticket(ticket=ask(), user=ada)
    parking.park_ticket(ticket=ask(), user=ada, status=Status.ON_HOLD)
    until = timezone.now() + timedelta(hours=3)
    parking.snooze_ticket(ticket=ask(), user=ada, until=until)
    ended = tickets.resolve_ticket(ticket=ask(), user=ada, outcome=Resolution.SPAM)
    tickets.reopen_ticket(ticket=ended, user=ada)
    answer(ask())
    under_way = ask()
    replies.send_reply(ticket=under_way, user=ada, text="Soon.", client_key="k")
    target, source = ask(author=kim), ask(author=kim)
    merge_ticket(source=source, target=target, user=ada)
    first = ask(author=kim, thread="split")
    ask(author=kim, thread="split")
    said = first.ticket_messages.order_by("-pk").first().message
    split_ticket(ticket=first, user=ada, messages=[str(said.public_id)])
    tickets.resolve_ticket(ticket=ask(), user=ada)
    strict = Queue.objects.create(slug="strict", name="Strict", outcome_required=True)
    tickets.route_ticket(ticket=ask(), user=lena, queue=strict)
    asking = Queue.objects.create(slug="asking", name="Asking")
    CustomField.objects.create(
        key="size", name="Size", kind="number", queue=asking, required_to_resolve=True
    )
    tickets.route_ticket(ticket=ask(), user=lena, queue=asking)
    assert Ticket.objects.count() == 14
    return list(Ticket.objects.order_by("pk"))


def work():
    for module in (bulk, bulk_undo):
        while sum(drain(module.STAGE)):
            pass


def do(user, action, found):
    job = change_many(
        user=user, action=action, tickets=[one.public_id for one in found]
    )
    work()
    job.refresh_from_db()
    return job


def codes(job):
    rows = BulkItem.objects.filter(job=job).order_by("ticket")
    return list(rows.values_list("code", flat=True))


# When we learned it is that of the change itself.
LEARNED = {"known_from": None, "end_known_at": None}


def everything(since=None):
    """All that resolving may change; what is newer than `since` is just new.

    But for the time since when we know it: that is when it was taken back.
    """
    rows = [
        *Ticket.objects.order_by("id").values(*ROW),
        *(turn | LEARNED for turn in Turn.objects.order_by("id").values()),
        *Clock.objects.order_by("id").values(),
    ]
    return [_plain(row, since) for row in rows]


def _plain(row, since):
    end = row.get("resolved_at") or row.get("ended_at")
    begin = row.get("opened_at") or row.get("started_at")
    for name in SECONDS:
        if since and row.get(name) is not None and end and end >= since:
            assert 0 <= (end - begin).total_seconds() - row[name] < 1
            row[name] = "whole seconds"
    return {name: _moment(value, since) for name, value in row.items()}


def _moment(value, since):
    """What was paused is due later by as long: that is no moment to compare."""
    if not (since and isinstance(value, datetime) and since <= value):
        return value
    return "now" if value <= datetime.now(UTC) else "later"


def history(after):
    lines = TicketEvent.objects.filter(pk__gt=after).order_by("ticket_id", "pk")
    return [
        (one.ticket_id, one.kind, one.actor_id)
        + tuple(sorted((k, str(v)) for k, v in one.data.items() if k != "bulk"))
        for one in lines
    ]


def alone(found, change, **given):
    words = []
    for ticket in found:
        ticket.refresh_from_db()
        try:
            with transaction.atomic():
                change(ticket=ticket, **given)
            words.append("")
        except WebcareError as error:
            words.append(error.code)
    return words


@pytest.mark.parametrize("outcome", [None, Resolution.ANSWERED, Resolution.SPAM])
def test_resolved_together_they_end_as_each_would_alone(root, every_kind, outcome):
    action = {"do": "resolve"} | ({"outcome": outcome.value} if outcome else {})
    last = TicketEvent.objects.latest("pk").pk

    with transaction.atomic():
        since = timezone.now()
        words = alone(every_kind, tickets.resolve_ticket, user=root, outcome=outcome)
        expected = (everything(since), history(last), words)
        transaction.set_rollback(True)
    since = timezone.now()
    job = do(root, action, every_kind)

    invalid = {"outcome_needed": "invalid", "fields_needed": "invalid"}
    found = [invalid.get(code, code) for code in codes(job)]
    assert found == expected[2]
    assert everything(since) == expected[0]
    assert history(last) == expected[1]
    assert job.done == words.count("") >= 10


def test_what_cannot_be_resolved_says_why(root, every_kind):
    job = do(root, {"do": "resolve"}, every_kind)

    refused = [code for code in codes(job) if code]
    assert sorted(refused) == [
        *("fields_needed", "invalid_move", "invalid_move", "outcome_needed")
    ]


def test_an_undone_resolve_was_never_there(root, every_kind):
    before = [row | {"version": 0} for row in everything()]
    job = do(root, {"do": "resolve", "outcome": "no_answer_needed"}, every_kind)
    assert job.done

    undo(user=root, job=job)
    work()

    job.refresh_from_db()
    assert (job.state, job.undone) == ("undone", job.done)
    assert [row | {"version": 0} for row in everything()] == before
    lines = TicketEvent.objects.filter(kind="undone", actor=root)
    assert lines.count() == job.done
    assert set(lines.values_list("data__what", flat=True)) == {"resolve"}


def test_reopened_together_they_begin_as_each_would_alone(root, every_kind):
    do(root, {"do": "resolve", "outcome": "no_answer_needed"}, every_kind)
    last = TicketEvent.objects.latest("pk").pk

    with transaction.atomic():
        since = timezone.now()
        words = alone(every_kind, tickets.reopen_ticket, user=root)
        expected = (everything(since), history(last), words)
        transaction.set_rollback(True)
    since = timezone.now()
    job = do(root, {"do": "reopen"}, every_kind)

    assert codes(job) == expected[2]
    assert everything(since) == expected[0]
    assert history(last) == expected[1]
    assert job.done == words.count("") >= 10


def test_of_two_of_one_author_in_a_thread_one_is_reopened(root, hear, shop, item):
    two = []
    kim = {"external_id": "kim", "handle": "@kim", "name": "Kim"}
    for _ in range(2):
        [message] = hear(shop, item(thread="a", author=kim))
        two.append(Ticket.objects.get(ticket_messages__message=message))
        do(root, {"do": "resolve", "outcome": "spam"}, two)
        # So long ago that its author began anew.
        Ticket.objects.update(resolved_at=timezone.now() - timedelta(days=365))

    job = do(root, {"do": "reopen"}, two)

    assert len({ticket.pk for ticket in two}) == 2
    assert codes(job) == ["", "ticket_changed"]


@pytest.fixture
def three(hear, shop, item, delivery_topic):
    hear(shop, *(item(thread=name) for name in ("a", "b", "c")))
    return list(Ticket.objects.order_by("pk"))


def test_an_undo_leaves_what_went_on_since(lena, three, hear, shop, item):
    job = do(lena, {"do": "resolve"}, three)
    for ticket in three:
        ticket.refresh_from_db()
    tickets.reopen_ticket(ticket=three[0], user=lena)
    tickets.resolve_ticket(ticket=three[0], user=lena)  # by hand: another resolve
    Ticket.objects.filter(pk=three[1].pk).update(
        resolved_at=timezone.now() - timedelta(seconds=UNDO_SECONDS + 5)
    )

    undo(user=lena, job=job)
    work()

    assert codes(job) == ["changed_since", "too_late", ""]
    statuses = Ticket.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["resolved", "resolved", "new"]


def test_time_to_undo_is_counted_to_when_it_was_asked(lena, three):
    job = do(lena, {"do": "resolve"}, three)
    undo(user=lena, job=job)
    asked = timezone.now() + timedelta(seconds=UNDO_SECONDS)
    BulkItem.objects.filter(ticket=three[0]).update(at=asked + timedelta(seconds=5))
    BulkItem.objects.filter(ticket=three[1]).update(at=asked - timedelta(seconds=5))
    work()

    assert codes(job) == ["too_late", "", ""]


def test_many_are_snoozed_and_woken_again_by_an_undo(lena, ada, three):
    tickets.claim_ticket(ticket=three[0], user=ada)
    tickets.resolve_ticket(ticket=three[2], user=lena)
    before = [row | {"version": 0} for row in everything()]
    until = (timezone.now() + timedelta(days=2)).replace(microsecond=120_000)
    action = {"do": "snooze", "until": until.isoformat()}

    job = do(lena, action, three)
    again = do(lena, action, three[:1])

    assert codes(job) == ["", "", "invalid_move"]
    assert codes(again) == ["unchanged"]
    three[0].refresh_from_db()
    assert (three[0].status, three[0].snoozed_until) == ("snoozed", until)
    line = three[0].events.latest("pk")
    assert (line.kind, line.data["status"]) == ("status_changed", "snoozed")
    assert (line.data["was"], line.data["until"]) == ("open", until.isoformat())
    undo(user=lena, job=job)
    work()
    assert [row | {"version": 0} for row in everything()] == before


@pytest.mark.parametrize(
    "until",
    ["2020-01-01T00:00:00Z", "2222-01-01T00:00:00Z", "2030-01-01", "x", 5, None],
)
def test_a_moment_that_cannot_be_is_refused_when_it_is_asked(lena, three, until):
    with pytest.raises(Invalid) as refused:
        do(lena, {"do": "snooze", "until": until}, three)

    assert list(refused.value.errors) == ["action.until"]


def test_only_what_nobody_can_reopen_is_closed(lena, three, shop_queue):
    for ticket in three[:2]:
        tickets.resolve_ticket(ticket=ticket, user=lena)
    hours = shop_queue.reopen_window_hours
    Ticket.objects.filter(pk=three[0].pk).update(
        resolved_at=timezone.now() - timedelta(hours=hours, seconds=5)
    )

    job = do(lena, {"do": "close"}, three)

    assert codes(job) == ["", "can_still_be_reopened", "invalid_move"]
    line = TicketEvent.objects.get(kind="closed")
    assert (line.ticket, line.actor, line.data["status"]) == (three[0], lena, "closed")
    undo(user=lena, job=job)
    work()
    assert codes(job)[0] == "cannot_be_undone"
