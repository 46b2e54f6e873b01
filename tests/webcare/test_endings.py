"""What became of a question, taken back while nothing has happened, closed at last."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from webcare.actions import endings, notes, parking, replies, tickets
from webcare.actions.measurement import settle_replies
from webcare.domain.lifecycle import UNDO_SECONDS, Status
from webcare.domain.outcomes import Resolution
from webcare.exceptions import Invalid, InvalidMove, NotAllowed, TicketChanged
from webcare.models import Clock, Ticket, TicketEvent, Turn

pytestmark = pytest.mark.django_db

ROW = (
    *("status", "agent_id", "waiting_since", "due_at", "snoozed_until", "queue_id"),
    *("resolved_at", "resolution", "resolution_reason", "resolution_note"),
    *("resolution_seconds", "first_response_seconds"),
)


def everything(ticket):
    """All that resolving may change, but for when we learned it."""
    turns = Turn.objects.filter(ticket=ticket).order_by("id").values()
    return (
        Ticket.objects.values(*ROW).get(pk=ticket.pk),
        [turn | {"known_from": None} for turn in turns],
        list(Clock.objects.filter(ticket=ticket).order_by("id").values()),
    )


def resolve(ticket, user, **more):
    return tickets.resolve_ticket(ticket=ticket, user=user, **more)


def as_new(ticket, ada):
    return ticket


def as_claimed(ticket, ada):
    return tickets.claim_ticket(ticket=ticket, user=ada)


def as_parked(ticket, ada):
    return parking.park_ticket(ticket=ticket, user=ada, status=Status.ON_HOLD)


def as_snoozed(ticket, ada):
    until = timezone.now() + timedelta(hours=3)
    return parking.snooze_ticket(ticket=ticket, user=ada, until=until)


def as_ended_before(ticket, ada):
    resolve(ticket, ada, outcome=Resolution.SPAM)
    return tickets.reopen_ticket(ticket=ticket, user=ada)


@pytest.mark.parametrize(
    "prepare", [as_new, as_claimed, as_parked, as_snoozed, as_ended_before]
)
def test_what_is_taken_back_is_as_it_was(ticket, ada, prepare):
    prepare(ticket, ada)
    before = everything(ticket)
    resolve(ticket, ada, outcome=Resolution.SPAM, reason="bot", note="Sells shoes")
    assert everything(ticket) != before

    endings.undo_resolve(ticket=ticket, user=ada)

    assert everything(ticket) == before
    undone = ticket.events.latest("id")
    assert (undone.kind, undone.actor) == ("undone", ada)
    assert undone.data == {"what": "resolve", "status": ticket.status}


def test_nothing_is_taken_back_once_something_happened(ticket, ada):
    resolve(ticket, ada)
    notes.add_note(ticket=ticket, user=ada, text="On second thought.")

    with pytest.raises(TicketChanged):
        endings.undo_resolve(ticket=ticket, user=ada)


def test_nobody_takes_back_what_another_did(ticket, ada, bo):
    resolve(ticket, ada)

    with pytest.raises(TicketChanged):
        endings.undo_resolve(ticket=ticket, user=bo)


@pytest.mark.parametrize(("late", "taken_back"), [(-1, True), (1, False)])
def test_taking_back_has_its_time(ticket, ada, late, taken_back):
    resolve(ticket, ada)
    at = timezone.now() - timedelta(seconds=UNDO_SECONDS + late)
    resolved = ticket.events.get(kind="resolved")
    as_if_at(ticket, resolved, at)
    ticket.refresh_from_db()

    try:
        endings.undo_resolve(ticket=ticket, user=ada)
    except TicketChanged:
        assert not taken_back
    else:
        assert taken_back


def as_if_at(ticket, event, at):
    """The same, but earlier."""
    twin = {
        name: getattr(event, name)
        for name in ("ticket", "kind", "actor", "cause", "data")
    }
    TicketEvent.objects.create(**twin, effective_at=at)
    Ticket.objects.filter(pk=ticket.pk).update(resolved_at=at)


def test_what_an_answer_resolved_is_taken_back_with_the_answer(ticket, ada):
    replies.send_reply(
        ticket=ticket, user=ada, text="Yes.", client_key="k", then=Status.RESOLVED
    )
    ticket.refresh_from_db()

    with pytest.raises(TicketChanged):
        endings.undo_resolve(ticket=ticket, user=ada)


def test_a_live_ticket_has_no_resolving_to_take_back(ticket, ada):
    with pytest.raises(InvalidMove):
        endings.undo_resolve(ticket=ticket, user=ada)


def test_who_was_left_without_an_answer_waits_again_when_it_is_reopened(ticket, ada):
    asked, before = Turn.objects.get().started_at, ticket.waiting_since
    resolve(ticket, ada, outcome=Resolution.NO_ANSWER_NEEDED)
    tickets.reopen_ticket(ticket=ticket, user=ada)

    turn = Turn.objects.get()
    assert (turn.outcome, turn.started_at, turn.ended_at) == ("waiting", asked, None)
    assert (ticket.waiting_since, ticket.due_at is None) == (before, False)
    running = Clock.objects.filter(turn=turn, stopped_at=None)
    assert running.exists()


def test_who_was_left_long_ago_and_answered_since_does_not_wait_again(
    ticket, ada, hear, shop, item
):
    """Left, then written again, then resolved with an answer to that."""
    resolve(ticket, ada)
    again = {"author": {"external_id": ticket.author.external_id}}
    now = timezone.now().isoformat()
    hear(
        shop, item(**again, in_reply_to=ticket.last_inbound.external_id, posted_at=now)
    )
    ticket.refresh_from_db()
    said = {"text": "Yes.", "client_key": "k", "then": Status.RESOLVED}
    replies.send_reply(ticket=ticket, user=ada, **said)
    ticket.refresh_from_db()
    tickets.reopen_ticket(ticket=ticket, user=ada)

    turns = Turn.objects.order_by("number").values_list("outcome", flat=True)
    assert list(turns) == ["left", "waiting"]


def test_without_an_outcome_and_an_answer_none_was_needed(ticket, ada):
    resolve(ticket, ada)

    assert ticket.resolution == "no_answer_needed"
    assert Turn.objects.get().outcome == "left"


def test_without_an_outcome_an_answer_on_its_way_counts(ticket, ada):
    replies.send_reply(ticket=ticket, user=ada, text="Yes.", client_key="k")
    ticket.refresh_from_db()
    resolve(ticket, ada)

    assert ticket.resolution == "answered"
    assert Turn.objects.get().outcome == "waiting"


def test_a_queue_may_want_to_know_what_became_of_it(ticket, ada):
    ticket.queue.outcome_required = True
    ticket.queue.save()

    with pytest.raises(Invalid) as refused:
        resolve(ticket, ada)
    assert "no_answer_needed" in refused.value.errors["outcome"][0]

    resolve(ticket, ada, outcome=Resolution.PASSED_ON)
    assert ticket.resolution == "passed_on"


def test_the_reason_is_in_the_log_and_the_sentence_is_not(ticket, ada):
    resolve(ticket, ada, outcome=Resolution.SPAM, reason="bot", note="Sells shoes")

    assert (ticket.resolution_reason, ticket.resolution_note) == ("bot", "Sells shoes")
    data = ticket.events.get(kind="resolved").data
    assert data["reason"] == "bot"
    assert "shoes" not in str(data)


def test_a_ticket_that_is_open_again_has_no_reason(ticket, ada):
    resolve(ticket, ada, outcome=Resolution.SPAM, reason="bot", note="Sells shoes")
    tickets.reopen_ticket(ticket=ticket, user=ada)

    assert (ticket.resolution_reason, ticket.resolution_note) == ("", "")


@pytest.mark.parametrize(
    "end",
    [
        {"reason": "Not a word"},
        {"reason": "x" * 41},
        {"note": "x" * 201},
        {"outcome": Resolution.ANSWERED, "reason": "bot"},
    ],
)
def test_reasons_are_words_and_notes_are_short(ticket, ada, end):
    with pytest.raises(Invalid):
        resolve(ticket, ada, **({"outcome": Resolution.SPAM} | end))


def resolved_ago(ticket, ada, *, beyond):
    """Resolved as long ago as its queue's window, and `beyond` seconds."""
    resolve(ticket, ada)
    window = timedelta(hours=ticket.queue.reopen_window_hours, seconds=beyond)
    Ticket.objects.filter(pk=ticket.pk).update(resolved_at=timezone.now() - window)
    ticket.refresh_from_db()


@pytest.mark.parametrize(("beyond", "closed"), [(-1, False), (1, True)])
def test_a_person_closes_only_what_nobody_can_reopen(ticket, ada, beyond, closed):
    resolved_ago(ticket, ada, beyond=beyond)

    try:
        endings.close_ticket(ticket=ticket, user=ada)
    except TicketChanged:
        assert not closed
    else:
        assert closed
        assert (ticket.status, ticket.resolution) == ("closed", "no_answer_needed")
        assert ticket.events.latest("id").data == {"status": "closed"}


LATE = endings.LATE_MINUTES * 60


@pytest.mark.parametrize(("beyond", "count"), [(LATE - 1, 0), (LATE + 1, 1)])
def test_a_timer_closes_what_nobody_can_reopen(ticket, ada, beyond, count):
    resolved_ago(ticket, ada, beyond=beyond)
    over_at = ticket.resolved_at + timedelta(hours=ticket.queue.reopen_window_hours)

    assert endings.close_due() == count

    closed = TicketEvent.objects.filter(kind="closed").values_list(
        "cause", "effective_at", "data"
    )
    assert list(closed) == [("timer", over_at, {"status": "closed"})] * count
    assert Ticket.objects.filter(status="closed").count() == count


def test_each_queue_has_its_own_window(ticket, ada):
    ticket.queue.reopen_window_hours = 1
    ticket.queue.save()
    resolved_ago(ticket, ada, beyond=LATE + 1)
    queues = type(ticket.queue).objects

    queues.update(reopen_window_hours=F("reopen_window_hours") + 1)
    assert endings.close_due() == 0
    queues.update(reopen_window_hours=F("reopen_window_hours") - 1)
    assert endings.close_due() == 1


def test_what_lies_in_no_queue_closes_after_the_usual_window(ticket, ada):
    resolved_ago(ticket, ada, beyond=LATE + 1)
    Ticket.objects.update(queue=None)

    assert endings.close_due() == 1


def test_a_closed_ticket_stays_closed(ticket, ada):
    resolved_ago(ticket, ada, beyond=1)
    endings.close_ticket(ticket=ticket, user=ada)

    with pytest.raises(InvalidMove):
        tickets.reopen_ticket(ticket=ticket, user=ada)


def test_after_the_window_its_author_gets_a_new_ticket_that_follows(
    shop, hear, item, ticket, ada
):
    resolved_ago(ticket, ada, beyond=LATE + 1)
    endings.close_due()
    hear(
        shop,
        item(
            author={"external_id": ticket.author.external_id},
            in_reply_to=ticket.last_inbound.external_id,
            posted_at=timezone.now().isoformat(),
        ),
    )

    newest = Ticket.objects.latest("id")
    assert (newest.follows_id, newest.status) == (ticket.pk, "new")


@pytest.mark.parametrize("act", [endings.undo_resolve, endings.close_ticket])
def test_who_may_not_work_in_its_queue_ends_nothing(ticket, ada, cas, act):
    resolve(ticket, ada)

    with pytest.raises(NotAllowed):
        act(ticket=ticket, user=cas)


def test_a_refused_answer_opens_its_ticket_and_says_so(ticket, ada, pump, shop):
    replies.send_reply(
        ticket=ticket, user=ada, text="Yes.", client_key="k", then=Status.RESOLVED
    )
    delivery = ticket.replies.get().delivery
    delivery.state, delivery.settled_at = "refused", timezone.now()
    delivery.failure = "gone"
    delivery.save()
    settle_replies([delivery.pk])

    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert ticket.events.latest("id").data["status"] == "open"
