"""Whiles of work: one ticket at a time, and nothing while nobody is there."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models.bulk import fetch
from webcare.actions.ticket_presence import IDLE, be_on_ticket, leave_ticket
from webcare.models import Activity, TicketPresence

pytestmark = pytest.mark.django_db


@pytest.fixture
def beat(ada):
    """Ada gives a sign of life on a ticket; `before` lets so many seconds pass."""

    def give(ticket, doing="viewing", before=0):
        past(before)
        be_on_ticket(ticket=ticket.pk, user=ada, doing=doing)

    return give


def past(seconds):
    """Let time pass: all that was is so much longer ago."""
    ago = timedelta(seconds=seconds)
    for one in Activity.objects.order_by("began_at"):
        Activity.objects.filter(pk=one.pk).update(
            began_at=one.began_at - ago, ended_at=one.ended_at - ago
        )
    for one in TicketPresence.objects.all():
        TicketPresence.objects.filter(pk=one.pk).update(seen_at=one.seen_at - ago)


def worked(ticket):
    """Whole seconds, to the nearest: statements take a moment."""
    rows = Activity.objects.filter(ticket=ticket).values_list("began_at", "ended_at")
    return round(sum((end - begin).total_seconds() for begin, end in rows))


@pytest.fixture
def other(make_ticket):
    return make_ticket()


def test_handle_time(ticket, other, beat, ada):
    """A from 10:00, B opened at 10:04 and closed at 10:06: 4 minutes on A, 2 on B."""
    beat(ticket)
    for _ in range(4):
        beat(ticket, before=60)
    beat(other)
    beat(other, before=60)
    beat(other, before=60)
    leave_ticket(ticket=other.pk, user=ada)

    # Statements take their time where much else runs.
    assert worked(ticket) == pytest.approx(240, abs=5)
    assert worked(other) == pytest.approx(120, abs=5)


def test_signs_of_life_make_one_while(ticket, beat):
    for _ in range(4):
        beat(ticket, before=5)

    assert worked(ticket) == 15
    assert Activity.objects.count() == 1


def test_five_idle_minutes_are_work_and_more_are_not(ticket, beat):
    beat(ticket)
    beat(ticket, before=IDLE - 5)
    assert worked(ticket) == IDLE - 5

    beat(ticket, before=IDLE + 5)
    beat(ticket, before=5)
    assert worked(ticket) == IDLE


def test_a_window_that_nobody_looks_at_is_no_work(ticket, beat):
    beat(ticket)
    for _ in range(80):
        beat(ticket, "idle", before=5)

    assert worked(ticket) == 0


def test_whoever_opens_another_ticket_works_on_that_one(ticket, other, beat):
    beat(ticket)
    beat(ticket, before=5)
    beat(other, before=5)
    for _ in range(3):
        beat(ticket, before=2)
        beat(other, before=3)

    assert (worked(ticket), worked(other)) == (10, 15)


def test_whoever_types_works_where_they_type(ticket, other, beat):
    beat(ticket)
    beat(other, before=5)
    beat(ticket, "typing", before=5)
    beat(other, before=1)
    beat(ticket, "typing", before=4)

    assert (worked(ticket), worked(other)) == (10, 5)


def test_a_ticket_that_was_closed_is_not_worked_on(ticket, other, beat, ada):
    beat(ticket)
    beat(ticket, before=5)
    leave_ticket(ticket=ticket.pk, user=ada)
    beat(other, before=100)

    assert (worked(ticket), worked(other)) == (5, 0)


def test_the_database_refuses_two_at_once(ticket, other, ada, bo):
    now = timezone.now()
    span = {"began_at": now - timedelta(minutes=2), "ended_at": now}
    Activity.objects.create(user=ada, ticket=ticket, **span)
    Activity.objects.create(user=bo, ticket=ticket, **span)

    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.create(user=ada, ticket=other, **span)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    beats=st.lists(
        st.tuples(
            st.integers(0, 1),
            st.sampled_from(["viewing", "typing", "idle", "leave"]),
            st.sampled_from([0, 1, 5, 20, 299, 301]),
        ),
        max_size=25,
    )
)
def test_nobody_works_longer_than_the_clock_says(ticket, other, beat, ada, beats):
    Activity.objects.all().delete()
    TicketPresence.objects.all().delete()
    for which, doing, before in beats:
        it = (ticket, other)[which]
        if doing == "leave":
            past(before)
            leave_ticket(ticket=it.pk, user=ada)
        else:
            beat(it, doing, before)
    assert worked(ticket) + worked(other) <= sum(before for *_, before in beats) + 1
    assert Activity.objects.filter(goes_on=True).count() <= 1


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_speak_at_once_lose_nothing(ticket, other, ada):
    def speak(one):
        for _ in range(40):
            be_on_ticket(ticket=one.pk, user=ada, doing="typing")
        connection.close()

    threads = [threading.Thread(target=speak, args=(one,)) for one in (ticket, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [[overlaps]] = fetch(
        """SELECT count(*) FROM webcare_activity a JOIN webcare_activity b
               ON a.user_id = b.user_id AND a.id < b.id
              AND tstzrange(a.began_at, a.ended_at)
                  && tstzrange(b.began_at, b.ended_at)""",
        [],
    )
    assert overlaps == 0
    assert Activity.objects.count() >= 2


def test_a_sign_of_life_is_one_statement(ticket, ada, django_assert_num_queries):
    be_on_ticket(ticket=ticket.pk, user=ada, doing="viewing")
    with django_assert_num_queries(1):
        be_on_ticket(ticket=ticket.pk, user=ada, doing="viewing")
