"""Response figures are as if nothing had ever been merged or split."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conversations.models import Message
from tests.webcare.merging.kim import figures, said_in
from webcare.actions.merges import merge_ticket, unmerge_ticket
from webcare.actions.splits import split_ticket
from webcare.models import (
    Ticket,
    TicketMessage,
    Turn,
)

pytestmark = pytest.mark.django_db


class Plain:
    """The same conversations on a desk that merges and splits nothing."""

    def __init__(self):
        self.waiting, self.turns = {}, []

    def ask(self, thread, at):
        self.waiting[thread] = min(at, self.waiting.get(thread, at))

    def answer(self, threads, at, who):
        for thread in threads & self.waiting.keys():
            began = self.waiting.pop(thread)
            seconds = int((at - began).total_seconds())
            self.turns.append((thread, began, at, "answered", seconds, who))

    def figures(self):
        still = [(t, at, None, "waiting", None, None) for t, at in self.waiting.items()]
        return sorted(self.turns + still, key=str)


def measured():
    names = ("started_at", "ended_at", "outcome", "calendar_seconds", "answered_by")
    rows = Turn.objects.values_list("ticket__thread", *names)
    return sorted(rows, key=str)


_THREADS = st.integers(0, 2)
_STEPS = st.one_of(
    st.tuples(st.just("ask"), _THREADS),
    st.tuples(st.just("ask"), _THREADS),
    st.tuples(st.just("answer"), _THREADS, st.integers(0, 1)),
    st.tuples(st.just("merge"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("unmerge"), st.integers(0, 9)),
    st.tuples(st.just("split"), st.integers(0, 9), st.integers(0, 9)),
)


class Story:
    """Plays steps on the desk, and tells the same to one without merges and splits."""

    def __init__(self, ask, write_again, reply, people, pump):
        self.write_again, self.reply = write_again, reply
        self.people, self.pump = people, pump
        self.plain, self.whole = Plain(), [ask() for _ in range(3)]
        for ticket in self.whole:
            self.plain.ask(ticket.thread_id, ticket.opened_at)

    def ask(self, thread):
        message = self.write_again(self.whole[thread])
        self.plain.ask(message.thread_id, message.posted_at)

    def answer(self, thread, who):
        newest = TicketMessage.objects.filter(
            message__thread=self.whole[thread].thread, message__direction="in"
        ).latest("message_id")
        there = TicketMessage.objects.filter(
            ticket=newest.ticket_id, message__direction="in"
        )
        threads = set(there.values_list("message__thread", flat=True))
        at = self.reply(newest.ticket, self.people[who])
        self.plain.answer(threads, at, self.people[who].pk)

    def merge(self, one, other):
        live = list(Ticket.objects.live().order_by("id"))
        source, target = live[one % len(live)], live[other % len(live)]
        if source != target:
            merge_ticket(source=source, target=target, user=self.people[0])

    def unmerge(self, one):
        merged = list(Ticket.objects.exclude(merged_into=None).order_by("id"))
        if merged:
            unmerge_ticket(source=merged[one % len(merged)], user=self.people[0])

    def split(self, one, other):
        live = list(Ticket.objects.live().order_by("id"))
        ticket = live[one % len(live)]
        theirs = Message.objects.filter(pk__in=said_in(ticket), direction="in")
        said = list(theirs.order_by("posted_at"))
        if len(said) > 1:
            name = str(said[1 + other % (len(said) - 1)].public_id)
            split_ticket(ticket=ticket, user=self.people[0], messages=[name])
            self.pump()


@pytest.fixture
def story(ask, write_again, reply, ada, bo, pump):
    return lambda: Story(ask, write_again, reply, [ada, bo], pump)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# What is answered is what was merged in; what the ticket itself waited for went on.
@example(steps=[("merge", 0, 1), ("split", 0, 0), ("answer", 0, 0)])
@given(steps=st.lists(_STEPS, min_size=3, max_size=14))
def test_figures_of_turns_are_as_if_nothing_was_merged_or_split(story, steps):
    with transaction.atomic():
        told = story()
        for step, *given in steps:
            before = figures()
            getattr(told, step)(*given)
            if step in {"merge", "unmerge", "split"}:
                assert figures() == before, step
        assert measured() == told.plain.figures()
        transaction.set_rollback(True)
