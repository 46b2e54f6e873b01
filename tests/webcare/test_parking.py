"""Work that waits for a customer, a colleague or a moment, and comes back by itself."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from webcare.actions import parking, tickets
from webcare.domain.lifecycle import TABLE, Act, Status
from webcare.exceptions import Invalid, InvalidMove, NotAllowed
from webcare.models import Clock, Ticket
from webcare.queries.parking import snoozes_due

pytestmark = pytest.mark.django_db


def last(ticket):
    return ticket.events.latest("id")


def soon(**span):
    return timezone.now() + timedelta(**span)


def put_away(ticket, user):
    """Snoozed, and its moment has come."""
    parking.snooze_ticket(ticket=ticket, user=user, until=soon(hours=1))
    Ticket.objects.filter(pk=ticket.pk).update(snoozed_until=soon(seconds=-1))
    ticket.refresh_from_db()


@pytest.mark.parametrize("status", [Status.PENDING, Status.ON_HOLD])
def test_a_parked_ticket_is_taken_up_again(ticket, ada, status):
    parking.park_ticket(ticket=ticket, user=ada, status=status)
    assert ticket.status == status
    assert last(ticket).data == {"status": status, "was": "new"}

    parking.resume_ticket(ticket=ticket, user=ada)

    assert ticket.status == "open"
    assert last(ticket).data == {"status": "open", "was": status}


def test_parking_twice_is_parking_once(ticket, ada):
    parking.park_ticket(ticket=ticket, user=ada, status=Status.PENDING)
    before = ticket.events.count()
    parking.park_ticket(ticket=ticket, user=ada, status=Status.PENDING)

    assert ticket.events.count() == before


def test_a_promise_runs_on_while_its_ticket_is_parked(ticket, ada):
    parking.park_ticket(ticket=ticket, user=ada, status=Status.ON_HOLD)

    assert ticket.due_at
    assert not Clock.objects.exclude(stopped_at=None).exists()


def test_only_what_is_parked_is_taken_up_again(ticket, ada):
    with pytest.raises(InvalidMove):
        parking.resume_ticket(ticket=ticket, user=ada)


def test_a_snoozed_ticket_can_get_another_moment(ticket, ada):
    first, second = soon(hours=1), soon(hours=2)
    parking.snooze_ticket(ticket=ticket, user=ada, until=first)
    parking.snooze_ticket(ticket=ticket, user=ada, until=second)

    assert (ticket.status, ticket.snoozed_until) == ("snoozed", second)
    assert last(ticket).data["until"] == second.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("until", [soon(seconds=-1), soon(days=366)])
def test_a_moment_that_is_past_or_far_away_is_refused(ticket, ada, until):
    with pytest.raises(Invalid):
        parking.snooze_ticket(ticket=ticket, user=ada, until=until)


def test_a_snoozed_ticket_can_be_parked_resolved_and_claimed(make_ticket, ada):
    one, two, three = make_ticket(), make_ticket(), make_ticket()
    for ticket in (one, two, three):
        parking.snooze_ticket(ticket=ticket, user=ada, until=soon(hours=1))

    parking.park_ticket(ticket=one, user=ada, status=Status.PENDING)
    tickets.resolve_ticket(ticket=two, user=ada)
    tickets.claim_ticket(ticket=three, user=ada)

    assert [t.status for t in (one, two, three)] == ["pending", "resolved", "snoozed"]
    assert (one.snoozed_until, two.snoozed_until) == (None, None)


def test_a_snoozed_ticket_wakes_when_its_moment_has_come(make_ticket, ada):
    due, later = make_ticket(), make_ticket()
    put_away(due, ada)
    parking.snooze_ticket(ticket=later, user=ada, until=soon(seconds=60))
    moment = due.snoozed_until

    assert parking.wake_due() == 1

    due.refresh_from_db()
    later.refresh_from_db()
    woke = last(due)
    assert (due.status, due.snoozed_until, later.status) == ("open", None, "snoozed")
    assert (woke.kind, woke.cause, woke.actor) == ("status_changed", "timer", None)
    assert (woke.data["status"], woke.effective_at) == ("open", moment)
    assert due.version > 1


def test_waking_twice_is_waking_once(ticket, ada):
    put_away(ticket, ada)
    parking.wake_due()
    before = ticket.events.count()

    assert parking.wake_due() == 0
    assert ticket.events.count() == before


def test_waking_many_takes_as_many_statements_as_waking_one(
    make_ticket, ada, django_assert_num_queries
):
    for _ in range(12):
        put_away(make_ticket(), ada)
    with connection.execute_wrapper(counting := Counting()):
        parking.wake_due()
    put_away(make_ticket(), ada)
    with connection.execute_wrapper(one := Counting()):
        parking.wake_due()

    assert counting.statements == one.statements


class Counting:
    statements = 0

    def __call__(self, execute, *args):
        self.statements += 1
        return execute(*args)


@pytest.mark.django_db(transaction=True)
def test_of_many_timers_at_once_one_wakes_a_ticket(make_ticket, ada):
    ones = [make_ticket() for _ in range(8)]
    for ticket in ones:
        put_away(ticket, ada)

    def wake():
        parking.wake_due()
        connection.close()

    threads = [threading.Thread(target=wake) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    woken = [ticket.events.filter(cause="timer").count() for ticket in ones]
    assert woken == [1] * 8


def test_its_author_wakes_a_ticket_before_its_moment(shop, hear, item, ticket, ada):
    parking.snooze_ticket(ticket=ticket, user=ada, until=soon(hours=1))
    author = {"external_id": ticket.author.external_id}
    first = ticket.last_inbound.external_id
    hear(shop, item(author=author, in_reply_to=first, text="Any news?"))

    ticket.refresh_from_db()
    assert (ticket.status, ticket.snoozed_until) == ("open", None)
    assert last(ticket).data["status"] == "open"


@pytest.mark.parametrize(
    "act",
    [
        lambda t, u: parking.park_ticket(ticket=t, user=u, status=Status.PENDING),
        lambda t, u: parking.resume_ticket(ticket=t, user=u),
        lambda t, u: parking.snooze_ticket(ticket=t, user=u, until=soon(hours=1)),
    ],
)
def test_who_may_not_work_in_its_queue_parks_nothing(ticket, cas, act):
    with pytest.raises(NotAllowed):
        act(ticket, cas)


def test_the_table_says_of_every_act_who_does_it():
    assert {row.act for row in TABLE} == set(Act)
    assert all(row.by or row.also for row in TABLE)


def test_a_ticket_is_closed_in_two_ways_only():
    closing = {row.act for row in TABLE if row.to == Status.CLOSED}

    assert closing == {Act.CLOSE, Act.MERGE}


def test_the_relay_finds_what_is_to_be_woken_without_a_sweep(ticket, ada):
    assert not snoozes_due()
    put_away(ticket, ada)
    assert snoozes_due() == [()]
    assert not snoozes_due(for_seconds=60)

    parking.wake_due()
    assert not snoozes_due()
