"""Whatever is merged and split, clocks say what the log says, and rows what is due."""

from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.webcare.merging.kim import fresh
from tests.webcare.test_clocks import TIGHT, promise
from tests.webcare.test_facts import Story
from webcare.actions import breaches, clocks, deciding, parking
from webcare.actions.merges import merge_ticket, unmerge_ticket
from webcare.actions.parking import park_ticket
from webcare.actions.priority import set_priority
from webcare.actions.splits import split_ticket
from webcare.actions.tickets import reopen_ticket, resolve_ticket
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority, Verdict
from webcare.exceptions import WebcareError
from webcare.models import Ticket

pytestmark = pytest.mark.django_db


class Desk(Story):
    """Everything that moves a clock, in any order."""

    def park(self, which, how):
        if ticket := self.ticket(which, status__in=["new", "open", "pending"]):
            status = (Status.PENDING, Status.ON_HOLD)[how % 2]
            with suppress(WebcareError):
                parking.park_ticket(ticket=ticket, user=self.people[0], status=status)

    def resume(self, which):
        if ticket := self.ticket(which, status__in=["pending", "on_hold"]):
            with suppress(WebcareError):
                parking.resume_ticket(ticket=ticket, user=self.people[0])

    def tell(self):
        breaches.tell_due()


_SOME = st.integers(0, 9)
_LATE = st.sampled_from([0, 600, 4_000, 20_000])
_STEPS = st.one_of(
    st.tuples(st.just("ask"), st.integers(0, 2), _LATE),
    st.tuples(st.just("reply"), _SOME, _SOME),
    st.tuples(st.just("reply"), _SOME, _SOME),
    st.tuples(st.just("answer_elsewhere"), st.integers(0, 2)),
    st.tuples(st.just("resolve"), _SOME),
    st.tuples(st.just("undo"), _SOME),
    st.tuples(st.just("reopen"), _SOME),
    st.tuples(st.just("decide"), _SOME, _SOME),
    st.tuples(st.just("prioritise"), _SOME, _SOME),
    st.tuples(st.just("park"), _SOME, _SOME),
    st.tuples(st.just("resume"), _SOME),
    st.tuples(st.just("merge"), _SOME, _SOME),
    st.tuples(st.just("merge"), _SOME, _SOME),
    st.tuples(st.just("unmerge"), _SOME),
    st.tuples(st.just("split"), _SOME, _SOME),
    st.tuples(st.just("split"), _SOME, _SOME),
    st.tuples(st.just("tell")),
)


@pytest.fixture
def story(hear, item, pump, shop, lena, delivery_topic, root):
    return lambda: Desk(hear, item, pump, shop, [lena, lena])


def due():
    return list(Ticket.objects.live().order_by("id").values_list("pk", "due_at"))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(_STEPS, min_size=2, max_size=10))
def test_clocks_and_rows_say_what_the_log_says(story, steps):
    with transaction.atomic():
        promise(TIGHT)
        told = story()
        for step, *args in steps:
            getattr(told, step)(*args)
            every = list(Ticket.objects.values_list("pk", flat=True))
            breaches.tell_due()
            assert clocks.unlike_their_log(every) == [], (step, steps)
            shown = due()
            clocks.show_due(every)
            assert shown == due(), (step, steps)
        transaction.set_rollback(True)


@pytest.mark.parametrize("answered", ["old", "new"])
def test_a_turn_that_ends_is_due_nowhere_any_more(
    ask, write_again, reply, pump, ada, answered
):
    """Whichever of the two is answered: the turn they share has ended for both."""
    old = ask()
    more = write_again(old)
    old.refresh_from_db()
    new = split_ticket(ticket=old, user=ada, messages=[str(more.public_id)])
    pump()

    reply(Ticket.objects.get(pk={"old": old, "new": new}[answered].pk), ada)

    for ticket in Ticket.objects.order_by("pk"):
        running = ticket.clocks.filter(stopped_at=None).values_list("due_at", flat=True)
        assert ticket.waiting_since is None
        assert ticket.due_at == min(running, default=None)


def test_a_turn_that_begins_at_another_moment_is_due_then_everywhere(
    ask, write_again, pump, ada
):
    """Half of what waits is split off; that the other half needs no answer moves it."""
    old = ask()
    more = write_again(old)
    old.refresh_from_db()
    new = split_ticket(ticket=old, user=ada, messages=[str(more.public_id)])
    pump()
    first = old.clocks.get(promise="first_response")
    assert Ticket.objects.get(pk=new.pk).due_at == first.due_at

    deciding.decide_on_ticket(
        ticket=Ticket.objects.get(pk=old.pk),
        user=ada,
        message=old.ticket_messages.get(ticket=old).message.public_id,
        verdict=Verdict.IGNORE,
    )

    moved = old.clocks.get(promise="first_response")
    assert moved.due_at > first.due_at
    assert Ticket.objects.get(pk=new.pk).due_at == moved.due_at


def resolution(ticket):
    return ticket.clocks.get(promise="resolution")


def unlike():
    return clocks.unlike_their_log(list(Ticket.objects.values_list("pk", flat=True)))


def test_what_went_on_with_its_target_ends_with_it(ask, ada):
    promise(TIGHT)
    first, second, third = ask(), ask(), ask()
    merge_ticket(source=first, target=second, user=ada)
    merge_ticket(source=fresh(second), target=fresh(third), user=ada)
    assert unlike() == []

    resolve_ticket(ticket=fresh(third), user=ada)
    ended = {resolution(one).stopped_at for one in (first, second, third)}
    assert len(ended) == 1 and None not in ended
    assert unlike() == []

    reopen_ticket(ticket=fresh(third), user=ada)
    assert {resolution(one).stopped_at for one in (first, second, third)} == {None}
    unmerge_ticket(source=fresh(second), user=ada)
    park_ticket(ticket=fresh(third), user=ada, status=Status.PENDING)

    held = [resolution(one).paused_at is not None for one in (first, second, third)]
    assert held == [False, False, True]
    assert unlike() == []


def test_danger_that_is_merged_in_presses_the_target(ask, ada):
    promise(TIGHT)
    target, source = ask(), ask()
    Ticket.objects.filter(pk=source.pk).update(is_danger=True)
    set_priority(ticket=fresh(source), user=ada, priority=Priority.URGENT, reason="gas")
    merge_ticket(source=fresh(source), target=target, user=ada)

    assert fresh(target).priority == "urgent"
    assert resolution(target).target_seconds == 1_200
    assert unlike() == []


def test_a_parked_target_that_is_opened_by_a_merge_runs_on(ask, ada, reply):
    promise(TIGHT)
    target, source = ask(), ask()
    reply(target, ada)
    park_ticket(ticket=fresh(target), user=ada, status=Status.PENDING)
    assert resolution(target).paused_at is not None

    merge_ticket(source=source, target=fresh(target), user=ada)

    assert fresh(target).status == "open"
    assert (resolution(target).paused_at, resolution(source).paused_at) == (None, None)
    assert unlike() == []


def test_what_its_target_was_held_up_by_counts_not_after_they_part(ask, ada, reply):
    promise(TIGHT)
    target, source = ask(), ask()
    merge_ticket(source=source, target=target, user=ada)
    reply(fresh(target), ada)
    park_ticket(ticket=fresh(target), user=ada, status=Status.PENDING)
    before = resolution(source).started_at

    unmerge_ticket(source=fresh(source), user=ada)

    clock = resolution(source)
    assert clock.paused_at is None
    assert (clock.due_at - before).total_seconds() > TIGHT["promises"]["resolution"][
        "seconds"
    ]
    assert unlike() == []
