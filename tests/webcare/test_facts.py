"""Turns and endings can be made again from the log alone, and come out the same."""

import threading
import time
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.actions import settling
from conversations.models import Delivery, Message
from conversations.models.bulk import fetch
from webcare.actions import deciding, endings, replies, tickets
from webcare.actions.merges import merge_ticket, unmerge_ticket
from webcare.actions.priority import set_priority
from webcare.actions.splits import split_ticket
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority, Verdict
from webcare.exceptions import InvalidMove, TicketChanged
from webcare.models import Ending, Ticket, TicketEvent, TicketMessage, Turn, TurnVersion
from webcare.queries.settled import settled_at

pytestmark = pytest.mark.django_db

KIM = {"external_id": "kim", "handle": "@kim", "name": "Kim"}


def everything():
    """All facts, but for the keys of endings, which nothing refers to."""
    rows = Ending.objects.order_by("ticket", "id").values()
    return [
        *Turn.objects.order_by("ticket", "number").values(),
        *({name: row[name] for name in row if name != "id"} for row in rows),
    ]


def rebuild():
    said = StringIO()
    call_command("rebuild_facts", stdout=said)
    return said.getvalue()


class Story:
    """Everything that begins, moves, ends and takes up turns, in any order."""

    def __init__(self, hear, item, pump, shop, people):
        self.hear, self.item, self.pump, self.shop = hear, item, pump, shop
        self.people = people
        for thread in range(3):
            self.ask(thread, 0)

    def ticket(self, which, **where):
        found = list(Ticket.objects.filter(**where).order_by("id"))
        return found[which % len(found)] if found else None

    def ask(self, thread, late):
        at = timezone.now() - timedelta(seconds=late)
        fields = {"author": KIM, "thread": f"t-{thread}", "posted_at": at.isoformat()}
        self.hear(self.shop, self.item(**fields))

    def thank(self, thread):
        now = timezone.now().isoformat()
        fields = {"author": KIM, "thread": f"t-{thread}", "posted_at": now}
        self.hear(self.shop, self.item(text="Thank you!", **fields))

    def answer_elsewhere(self, thread):
        now = timezone.now().isoformat()
        fields = {"thread": f"t-{thread}", "posted_at": now, "outbound": True}
        self.hear(self.shop, self.item(text="Yes.", **fields))

    def reply(self, which, how):
        ticket = self.ticket(which, status__in=["new", "open", "pending"])
        if ticket is None:
            return
        how = ("open", "pending", "resolved", "holding", "refused", "back")[how % 6]
        then = how if how in {"open", "pending", "resolved"} else "resolved"
        wrote = replies.send_reply(
            ticket=ticket,
            user=self.people[which % 2],
            text="Yes.",
            client_key=uuid4().hex,
            then=Status.OPEN if how == "holding" else Status(then),
            holding=how == "holding",
        )
        if how == "back":
            replies.take_back_reply(reply=wrote, user=wrote.author)
            return
        Delivery.objects.filter(pk=wrote.delivery_id).update(
            state="sending", fence=1, claimed_at=timezone.now()
        )
        sent = Delivery.objects.select_related("channel").get(pk=wrote.delivery_id)
        if how == "refused":
            settling.refused(sent, reason="no")
        else:
            settling.sent(sent, external_id=uuid4().hex)
        self.pump()

    def resolve(self, which):
        if ticket := self.ticket(which, status__in=["new", "open", "pending"]):
            tickets.resolve_ticket(ticket=ticket, user=self.people[0], reason="so")

    def undo(self, which):
        if ticket := self.ticket(which, status="resolved"):
            with suppress(TicketChanged):
                endings.undo_resolve(ticket=ticket, user=self.people[0])

    def reopen(self, which):
        if ticket := self.ticket(which, status="resolved"):
            with suppress(TicketChanged):
                tickets.reopen_ticket(ticket=ticket, user=self.people[0])

    def decide(self, which, how):
        said = list(
            TicketMessage.objects.filter(message__direction="in")
            .exclude(ticket__status="closed")
            .order_by("pk")
        )
        one = said[which % len(said)]
        verdict = Verdict.ANSWER if how % 2 else Verdict.IGNORE
        with suppress(TicketChanged):
            deciding.decide_on_ticket(
                ticket=one.ticket,
                user=self.people[0],
                message=one.message.public_id,
                verdict=verdict,
            )

    def prioritise(self, which, how):
        if ticket := self.ticket(which, status__in=["new", "open", "pending"]):
            level = list(Priority)[how % len(Priority)]
            set_priority(
                ticket=ticket, user=self.people[0], priority=level, reason="so"
            )

    def merge(self, one, other):
        live = list(Ticket.objects.live().order_by("id"))
        if len(live) > 1:
            source, target = live[one % len(live)], live[other % len(live)]
            if source != target:
                merge_ticket(source=source, target=target, user=self.people[0])

    def unmerge(self, one):
        merged = list(Ticket.objects.exclude(merged_into=None).order_by("id"))
        if merged:
            with suppress(TicketChanged, InvalidMove):
                unmerge_ticket(source=merged[one % len(merged)], user=self.people[0])

    def split(self, one, other):
        live = list(Ticket.objects.live().order_by("id"))
        if not live:
            return
        ticket = live[one % len(live)]
        theirs = Message.objects.filter(
            pk__in=ticket.ticket_messages.values("message"), direction="in"
        )
        said = list(theirs.order_by("posted_at"))
        if len(said) > 1:
            name = str(said[1 + other % (len(said) - 1)].public_id)
            split_ticket(ticket=ticket, user=self.people[0], messages=[name])
            self.pump()


_SOME = st.integers(0, 9)
_STEPS = st.one_of(
    st.tuples(st.just("ask"), st.integers(0, 2), st.sampled_from([0, 0, 600])),
    st.tuples(st.just("ask"), st.integers(0, 2), st.sampled_from([0, 0, 600])),
    st.tuples(st.just("thank"), st.integers(0, 2)),
    st.tuples(st.just("answer_elsewhere"), st.integers(0, 2)),
    st.tuples(st.just("reply"), _SOME, _SOME),
    st.tuples(st.just("reply"), _SOME, _SOME),
    st.tuples(st.just("resolve"), _SOME),
    st.tuples(st.just("undo"), _SOME),
    st.tuples(st.just("reopen"), _SOME),
    st.tuples(st.just("decide"), _SOME, _SOME),
    st.tuples(st.just("prioritise"), _SOME, _SOME),
    st.tuples(st.just("merge"), _SOME, _SOME),
    st.tuples(st.just("unmerge"), _SOME),
    st.tuples(st.just("split"), _SOME, _SOME),
)


@pytest.fixture
def story(hear, item, pump, shop, ada, bo, lena, delivery_topic, root):
    return lambda: Story(hear, item, pump, shop, [lena, lena])


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(_STEPS, min_size=3, max_size=12))
def test_facts_come_out_of_the_log_as_they_are(story, steps):
    with transaction.atomic():
        told = story()
        for step, *args in steps:
            getattr(told, step)(*args)
        before = everything()
        assert ": 0 rows" in rebuild()
        assert everything() == before
        transaction.set_rollback(True)


def test_wrong_facts_are_mended(story):
    told = story()
    told.reply(0, 2)
    told.resolve(0)
    told.reopen(0)
    before = everything()
    fetch("SET LOCAL webcare.rebuilding = 'on'", [])
    Turn.objects.filter(outcome="answered").update(
        calendar_seconds=1, business_seconds=2, language="xx", answered_by=None
    )
    Ending.objects.all().delete()

    assert ": 3 rows" in rebuild()
    assert plain(everything()) == plain(before)
    assert ": 0 rows" in rebuild()


def test_lines_from_before_the_facts_are_left_alone(ticket, ada):
    ended = tickets.resolve_ticket(ticket=ticket, user=ada)
    Ending.objects.update(outcome="spam")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    TicketEvent.objects.filter(ticket=ended, kind="resolved").update(
        data={"status": "resolved", "outcome": "spam"}
    )

    assert "0 tickets in" in rebuild()
    assert Ending.objects.get().outcome == "spam"


def test_what_was_known_before_a_correction_is_kept(ticket, ada):
    ended = tickets.resolve_ticket(ticket=ticket, user=ada)
    left = Turn.objects.get()
    endings.undo_resolve(ticket=ended, user=ada)

    turn, [was] = Turn.objects.get(), TurnVersion.objects.all()
    assert (turn.outcome, was.outcome) == ("waiting", "left")
    assert (was.end_known_at, was.calendar_seconds) == (
        left.end_known_at,
        left.calendar_seconds,
    )
    assert was.known_from < was.known_until == turn.known_from


def test_a_turn_that_waits_and_ends_writes_no_version(ticket, ada):
    tickets.resolve_ticket(ticket=ticket, user=ada)

    turn = Turn.objects.get()
    assert turn.start_known_at < turn.end_known_at
    assert not TurnVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_before_a_settled_moment_can_still_turn_up(ticket):
    began, end = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            Turn.objects.update(first_message=None)
            began.set()
            end.wait(20)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    began.wait(20)
    [[now]] = fetch("SELECT statement_timestamp()", [])
    held = settled_at()
    end.set()
    writer.join()
    time.sleep(0.1)

    assert held < now < settled_at()


def test_what_happened_before_facts_were_kept_is_filled_in(story):
    told = story()
    told.reply(0, 2)
    told.reply(1, 5)
    told.resolve(1)
    told.undo(0)
    told.resolve(2)
    told.reopen(1)
    before = everything()
    fetch("SET LOCAL webcare.rebuilding = 'on'", [])
    Turn.objects.update(
        business_seconds=None, in_hours=None, end_known_at=None, language=""
    )
    Ending.objects.all().delete()

    past = import_module("webcare.migrations.0052_the_past_has_facts")
    with connection.schema_editor() as editor:
        past.fill(None, editor)
    was, now = map(plain, (before, everything()))
    assert was == now
    assert len([row for row in now if "opened_at" in row]) >= 2


KNOWN = ("start_known_at", "end_known_at", "known_from", "known_at")


def plain(rows):
    """To the second, and known or not: what was learned when is told by the log."""
    return [
        {
            name: value is None if name.endswith("known_at") or name in KNOWN else value
            for name, value in row.items()
            if name != "undone_at"
        }
        for row in rows
    ]
