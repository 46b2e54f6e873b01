"""Tickets put together and taken apart: messages move, figures do not."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.actions import settling
from conversations.models import Delivery, Message
from webcare.actions import replies
from webcare.actions.merges import merge_ticket, unmerge_ticket
from webcare.actions.splits import split_ticket
from webcare.actions.tickets import claim_ticket, resolve_ticket
from webcare.exceptions import Invalid, InvalidMove, NotAllowed, TicketChanged
from webcare.models import (
    Clock,
    Merge,
    Ticket,
    TicketEvent,
    TicketMessage,
    Topic,
    TopicRule,
    Turn,
)
from webcare.queries.reports import Period, outcomes, resolutions

pytestmark = pytest.mark.django_db

KIM = {"external_id": "kim", "handle": "@kim", "name": "Kim"}


@pytest.fixture
def ask(make_ticket):
    """A ticket of kim's in a thread of its own."""

    def make(thread=None, **fields):
        given = {"author": KIM, "thread": thread or uuid4().hex} | fields
        return make_ticket(posted_at=timezone.now().isoformat(), **given)

    return make


@pytest.fixture
def write_again(hear, item, shop):
    """Kim writes once more in the thread of a ticket."""

    def write(ticket, **fields):
        thread = ticket.thread.key.removeprefix("t:")
        now = timezone.now().isoformat()
        given = {"author": KIM, "thread": thread, "posted_at": now} | fields
        [message] = hear(shop, item(**given))
        return message

    return write


@pytest.fixture
def reply(pump):
    """Answer a ticket, and let the platform take it."""

    def write(ticket, user):
        wrote = replies.send_reply(
            ticket=ticket, user=user, text="Yes.", client_key=uuid4().hex
        )
        return arrive(wrote, pump)

    return write


def arrive(wrote, pump):
    Delivery.objects.filter(pk=wrote.delivery_id).update(
        state="sending", fence=1, claimed_at=timezone.now()
    )
    sent = Delivery.objects.select_related("channel").get(pk=wrote.delivery_id)
    settling.sent(sent, external_id=uuid4().hex)
    pump()
    sent.refresh_from_db()
    return sent.settled_at


def fresh(*tickets):
    found = [Ticket.objects.get(pk=ticket.pk) for ticket in tickets]
    return found[0] if len(found) == 1 else found


def said_in(ticket):
    return set(TicketMessage.objects.filter(ticket=ticket).values_list("pk", flat=True))


def figures():
    names = ("ticket", "number", "outcome", "started_at", "ended_at", "answer")
    more = ("calendar_seconds", "answered_by", "queue", "topic", "priority")
    return sorted(Turn.objects.values_list("pk", *names, *more))


def shown(ticket):
    names = ("status", "agent", "queue", "opened_at", "waiting_since", "due_at")
    more = ("last_inbound", "excerpt", "last_message_at", "snoozed_until", "resolution")
    return Ticket.objects.filter(pk=ticket.pk).values(*names, *more).get()


def test_a_merged_ticket_goes_on_in_the_other(ask, ada):
    old, new = ask(text="My parcel?"), ask(text="And my other parcel?")
    theirs = said_in(old)

    merge_ticket(source=new, target=old, user=ada)

    old, new = fresh(old, new)
    assert (new.status, new.resolution, new.merged_into) == ("closed", "duplicate", old)
    assert said_in(old) == theirs | {new.last_inbound_id}
    assert said_in(new) == set()
    assert set(TicketMessage.objects.values_list("origin_ticket", flat=True)) == {
        old.pk,
        new.pk,
    }
    assert (old.excerpt, old.last_inbound) == (new.excerpt, new.last_inbound)


def test_the_target_waits_and_is_due_since_the_earliest_of_both(ask, ada):
    old, new = ask(), ask()
    until = min(old.due_at, new.due_at)

    merge_ticket(source=old, target=new, user=ada)

    target = fresh(new)
    assert (target.opened_at, target.waiting_since) == (old.opened_at, old.opened_at)
    assert target.due_at == until


def test_history_says_on_both_what_happened(ask, ada):
    old, new = ask(), ask()
    merge_ticket(source=new, target=old, user=ada)
    unmerge_ticket(source=fresh(new), user=ada)

    lines = TicketEvent.objects.filter(kind__in=["merged", "unmerged"]).order_by("id")
    told = {(line.ticket_id, line.kind): line.data for line in lines}

    assert told[old.pk, "merged"] == {"source": new.pk}
    assert told[new.pk, "merged"] == {"into": old.pk, "status": "closed", "was": "new"}
    assert told[old.pk, "unmerged"] == {"source": new.pk}
    assert told[new.pk, "unmerged"] == {"target": old.pk, "status": "new"}


def test_nothing_is_told_to_the_customer(ask, ada):
    old, new = ask(), ask()
    merge_ticket(source=new, target=old, user=ada)
    unmerge_ticket(source=fresh(new), user=ada)

    assert not Delivery.objects.exists()


@pytest.mark.parametrize("status", ["new", "open", "pending", "on_hold", "snoozed"])
def test_undone_it_is_what_it_was(ask, ada, status):
    old, new = ask(), ask()
    if status != "new":
        claim_ticket(ticket=new, user=ada)
    wakes = timezone.now() if status == "snoozed" else None
    Ticket.objects.filter(pk=new.pk).update(status=status, snoozed_until=wakes)
    before = shown(old), shown(new), said_in(old), said_in(new), figures()

    merge_ticket(source=fresh(new), target=old, user=ada)
    unmerge_ticket(source=fresh(new), user=ada)

    assert (shown(old), shown(new), said_in(old), said_in(new), figures()) == before
    assert fresh(new).origin == "unmerge"


def test_what_arrived_meanwhile_comes_back_too_and_opens_it(ask, ada, write_again):
    old, new = ask(), ask()
    claim_ticket(ticket=new, user=ada)
    Ticket.objects.filter(pk=new.pk).update(status="pending")
    merge_ticket(source=fresh(new), target=old, user=ada)
    mine, theirs = write_again(old), write_again(new)
    assert {mine.pk, theirs.pk} <= said_in(old)

    unmerge_ticket(source=fresh(new), user=ada)

    assert theirs.pk in said_in(new)
    assert mine.pk in said_in(old)
    assert (fresh(new).status, fresh(new).last_inbound) == ("open", theirs)
    assert fresh(old).last_inbound == mine


def test_a_merge_can_be_made_again_after_it_was_undone(ask, ada):
    old, new = ask(), ask()
    merge_ticket(source=new, target=old, user=ada)
    unmerge_ticket(source=fresh(new), user=ada)
    merge_ticket(source=fresh(new), target=fresh(old), user=ada)

    assert fresh(new).merged_into == old
    assert Merge.objects.filter(undone_at=None).count() == 1


def test_undoing_what_is_not_merged_is_refused(ask, ada):
    with pytest.raises(TicketChanged):
        unmerge_ticket(source=ask(), user=ada)


def test_a_new_message_joins_where_its_ticket_went(ask, ada, write_again):
    first, second, third = ask(), ask(), ask()
    merge_ticket(source=first, target=second, user=ada)
    merge_ticket(source=fresh(second), target=third, user=ada)

    message = write_again(first)

    stands = TicketMessage.objects.get(message=message)
    assert (stands.ticket, stands.origin_ticket) == (third, first)
    assert Ticket.objects.count() == 3
    assert fresh(third).last_inbound == message
    assert Turn.objects.filter(outcome="waiting").count() == 3


def test_messages_of_both_threads_in_one_batch_are_one_groups(
    ask, ada, hear, item, shop
):
    old, new = ask(), ask()
    merge_ticket(source=new, target=old, user=ada)
    now = timezone.now().isoformat()
    threads = [t.thread.key.removeprefix("t:") for t in (new, old)]

    hear(shop, *[item(author=KIM, thread=one, posted_at=now) for one in threads])

    assert len(said_in(old)) == 4
    assert Ticket.objects.count() == 2


def test_a_message_to_a_resolved_target_reopens_it(ask, ada, write_again):
    old, new = ask(), ask()
    merge_ticket(source=new, target=old, user=ada)
    resolve_ticket(ticket=fresh(old), user=ada)

    write_again(new)

    assert fresh(old).status == "open"
    assert Ticket.objects.count() == 2


def test_one_answer_ends_the_turns_of_all_it_answers(ask, ada, reply):
    old, new, other = ask(), ask(), ask()
    merge_ticket(source=new, target=old, user=ada)

    at = reply(fresh(old), ada)

    ended = Turn.objects.filter(outcome="answered").order_by("ticket")
    assert [(t.ticket, t.ended_at, t.answered_by) for t in ended] == [
        (old, at, ada),
        (new, at, ada),
    ]
    assert Turn.objects.get(outcome="waiting").ticket == other
    assert fresh(old).waiting_since is None
    stopped = Clock.objects.filter(stopped_at=at).values_list("ticket", flat=True)
    assert sorted(stopped) == [old.pk, new.pk]


def test_an_answer_written_before_the_merge_answers_its_own_question(ask, ada, pump):
    old, new = ask(), ask()
    wrote = replies.send_reply(ticket=new, user=ada, text="Yes.", client_key="1")
    merge_ticket(source=fresh(new), target=old, user=ada)

    arrive(wrote, pump)

    assert Turn.objects.get(outcome="answered").ticket == new
    assert Turn.objects.get(outcome="waiting").ticket == old
    assert wrote.delivery.__class__.objects.get().message_id in said_in(old)
    assert fresh(old).waiting_since == old.opened_at


def test_an_answer_in_the_platforms_own_app_answers_a_merged_ticket(
    ask, ada, hear, item, shop
):
    old, new = ask(), ask()
    merge_ticket(source=new, target=old, user=ada)
    now = timezone.now().isoformat()
    thread = new.thread.key.removeprefix("t:")

    hear(shop, item(outbound=True, thread=thread, posted_at=now))

    assert Turn.objects.filter(outcome="answered").count() == 2


def test_resolving_the_target_leaves_every_turn_in_it(ask, ada):
    old, new = ask(), ask()
    merge_ticket(source=new, target=old, user=ada)
    resolve_ticket(ticket=fresh(old), user=ada)

    assert set(Turn.objects.values_list("outcome", flat=True)) == {"left"}
    assert not Clock.objects.filter(stopped_at=None).exists()


def test_a_parked_target_with_somebody_waiting_is_open(ask, ada, reply):
    old, new = ask(), ask()
    reply(old, ada)
    assert fresh(old).status == "pending"

    merge_ticket(source=new, target=fresh(old), user=ada)

    assert fresh(old).status == "open"
    assert fresh(old).waiting_since == new.opened_at
    merged = TicketEvent.objects.get(ticket=old, kind="merged")
    assert merged.data == {"source": new.pk, "status": "open"}


def test_danger_goes_along_and_stays(ask, ada):
    old, new = ask(), ask()
    Ticket.objects.filter(pk=new.pk).update(is_danger=True, priority="urgent")

    merge_ticket(source=fresh(new), target=old, user=ada)
    unmerge_ticket(source=fresh(new), user=ada)

    old, new = fresh(old, new)
    assert (old.is_danger, old.priority) == (True, "urgent")
    assert (new.is_danger, new.priority) == (True, "urgent")
    merged = TicketEvent.objects.get(ticket=old, kind="merged")
    assert merged.data["priority"] == "urgent"


def test_a_ticket_is_not_merged_into_itself(ask, ada):
    ticket = ask()
    with pytest.raises(Invalid):
        merge_ticket(source=ticket, target=fresh(ticket), user=ada)


def test_nothing_goes_into_a_ticket_that_was_merged(ask, ada):
    one, two, three = ask(), ask(), ask()
    merge_ticket(source=one, target=two, user=ada)

    with pytest.raises(TicketChanged, match=f"#{two.pk}"):
        merge_ticket(source=three, target=fresh(one), user=ada)


def test_a_merged_ticket_is_not_merged_again(ask, ada):
    one, two, three = ask(), ask(), ask()
    merge_ticket(source=one, target=two, user=ada)

    with pytest.raises(TicketChanged):
        merge_ticket(source=fresh(one), target=three, user=ada)


def test_nothing_goes_into_a_resolved_ticket_nor_comes_from_one(ask, ada):
    one, two = ask(), ask()
    resolve_ticket(ticket=one, user=ada)

    with pytest.raises(TicketChanged):
        merge_ticket(source=two, target=fresh(one), user=ada)
    with pytest.raises(InvalidMove):
        merge_ticket(source=fresh(one), target=two, user=ada)


def test_two_authors_are_merged_only_when_that_is_said(ask, ada):
    one, two = ask(), ask(author={"external_id": "robin"})
    with pytest.raises(Invalid) as refused:
        merge_ticket(source=two, target=one, user=ada)
    assert "even_if_other_author" in refused.value.errors

    merge_ticket(source=two, target=one, user=ada, even_if_other_author=True)
    assert fresh(two).merged_into == one


@pytest.mark.parametrize("hidden", ["source", "target"])
def test_both_tickets_must_be_ones_work(ask, ada, power_queue, hidden):
    tickets = {"source": ask(), "target": ask()}
    Ticket.objects.filter(pk=tickets[hidden].pk).update(queue=power_queue)
    tickets = {name: fresh(ticket) for name, ticket in tickets.items()}

    with pytest.raises(NotAllowed):
        merge_ticket(**tickets, user=ada)


def test_a_chain_comes_apart_from_either_end(ask, ada):
    one, two, three = ask(), ask(), ask()
    before = {ticket.pk: said_in(ticket) for ticket in (one, two, three)}
    merge_ticket(source=one, target=two, user=ada)
    merge_ticket(source=fresh(two), target=three, user=ada)
    assert fresh(one).merged_into == three

    unmerge_ticket(source=fresh(two), user=ada)
    assert fresh(one).merged_into == two
    assert said_in(two) == before[one.pk] | before[two.pk]
    unmerge_ticket(source=fresh(one), user=ada)

    assert {ticket.pk: said_in(ticket) for ticket in (one, two, three)} == before


def test_the_middle_of_a_chain_can_go_last(ask, ada):
    one, two, three = ask(), ask(), ask()
    before = {ticket.pk: said_in(ticket) for ticket in (one, two, three)}
    merge_ticket(source=one, target=two, user=ada)
    merge_ticket(source=fresh(two), target=three, user=ada)

    unmerge_ticket(source=fresh(one), user=ada)
    assert fresh(two).merged_into == three
    unmerge_ticket(source=fresh(two), user=ada)

    assert {ticket.pk: said_in(ticket) for ticket in (one, two, three)} == before


def test_a_newer_ticket_of_the_thread_does_not_stop_an_unmerge(ask, ada, write_again):
    old, new = ask(), ask()
    merge_ticket(source=new, target=old, user=ada)
    Ticket.objects.filter(pk=old.pk).update(
        status="closed", resolution="answered", resolved_at=timezone.now()
    )
    write_again(new)
    assert Ticket.objects.latest("id").follows == old

    unmerge_ticket(source=fresh(new), user=ada)

    assert Ticket.objects.live().filter(thread=new.thread).count() == 2


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({}, "merge_stands_once_per_source"),
        ({"source_is_target": True}, "merge_is_of_two_tickets"),
        ({"status_was": "closed"}, "merge_was_of_a_live_ticket"),
    ],
)
def test_the_database_refuses_what_no_merge_can_be(ask, ada, given, rule):
    one, two = ask(), ask()
    merge_ticket(source=one, target=two, user=ada)
    row = {"source": one, "target": two, "status_was": "new"} | given
    if row.pop("source_is_target", False):
        row["source"] = two

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Merge.objects.create(**row)


@pytest.mark.parametrize("status", ["open", "resolved"])
def test_the_database_refuses_a_merged_ticket_that_is_not_closed(ask, status):
    one, two = ask(), ask()
    with (
        pytest.raises(IntegrityError, match="ticket_merged_is_closed_into_another"),
        transaction.atomic(),
    ):
        done = {"resolved_at": timezone.now(), "resolution": "answered"}
        Ticket.objects.filter(pk=one.pk).update(
            status=status, merged_into=two, **(done if status == "resolved" else {})
        )


def test_a_merged_ticket_is_in_no_figure_of_tickets(ask, ada, lena):
    old, new = ask(), ask()
    merge_ticket(source=new, target=old, user=ada)
    period = Period(old.opened_at - timedelta(days=1), timezone.now())

    [every] = resolutions(lena, period, None)
    assert (every.waiting, every.left) == (1, 0)
    assert set(outcomes(lena, period).values()) == {0}


# Splitting


def test_what_is_split_off_is_a_ticket_of_its_own(ask, ada, write_again):
    ticket = ask()
    message = write_again(ticket, text="And where is my bill?")

    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])

    old = fresh(ticket)
    assert (new.origin, new.split_from, new.queue) == ("split", old, old.queue)
    assert said_in(new) == {message.pk}
    assert new.excerpt == "And where is my bill?"
    assert old.last_inbound_id in said_in(old)
    assert new.waiting_since == new.opened_at == message.posted_at
    assert old.waiting_since == ticket.waiting_since
    kinds = TicketEvent.objects.filter(ticket=new).values_list("kind", flat=True)
    assert list(kinds) == ["opened"]


def test_a_split_ticket_is_triaged_and_has_its_own_promise(ask, ada, write_again, pump):
    ticket = ask()
    message = write_again(ticket, text="parcel")
    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])
    pump()

    new = fresh(new)
    turn_clock = Clock.objects.get(turn__ticket=ticket)
    assert new.topic == ticket.topic
    assert new.due_at == turn_clock.due_at
    own = Clock.objects.filter(ticket=new).values_list("promise", flat=True)
    assert list(own) == ["resolution"]
    assert Turn.objects.count() == 1


def test_from_a_message_on_everything_goes(ask, ada, write_again):
    ticket = ask()
    second, third = write_again(ticket), write_again(ticket)

    new = split_ticket(ticket=ticket, user=ada, beginning=str(second.public_id))

    assert said_in(new) == {second.pk, third.pk}


@pytest.mark.parametrize("which", ["all", "none", "unknown", "ours"])
def test_a_split_that_makes_no_sense_is_refused(ask, ada, write_again, reply, which):
    ticket = ask()
    write_again(ticket)
    reply(ticket, ada)
    names = {
        "all": Message.objects.filter(direction="in"),
        "none": Message.objects.none(),
        "ours": Message.objects.filter(direction="out"),
        "unknown": [Message(public_id=uuid4())],
    }[which]

    with pytest.raises(Invalid):
        split_ticket(
            ticket=fresh(ticket), user=ada, messages=[str(m.public_id) for m in names]
        )


def test_a_ticket_that_is_over_is_not_split(ask, ada, write_again):
    ticket = ask()
    message = write_again(ticket)
    resolve_ticket(ticket=fresh(ticket), user=ada)

    with pytest.raises(TicketChanged):
        split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])


def test_new_messages_join_the_newest_of_the_two(ask, ada, write_again):
    ticket = ask()
    message = write_again(ticket)
    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])

    again = write_again(ticket)

    stands = TicketMessage.objects.get(message=again)
    assert (stands.ticket, stands.split_ticket) == (new, new)
    assert stands.origin_ticket == ticket
    assert Turn.objects.count() == 1


def test_split_and_merged_back_nothing_has_changed(ask, ada, write_again, pump):
    ticket = ask()
    message = write_again(ticket)
    before = shown(ticket), said_in(ticket), figures()

    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])
    pump()
    merge_ticket(source=fresh(new), target=fresh(ticket), user=ada)

    assert (shown(ticket), said_in(ticket), figures()) == before


def test_a_split_that_was_merged_back_can_be_had_again(ask, ada, write_again):
    ticket = ask()
    message = write_again(ticket)
    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])
    merge_ticket(source=fresh(new), target=fresh(ticket), user=ada)

    unmerge_ticket(source=fresh(new), user=ada)

    assert said_in(new) == {message.pk}
    assert fresh(new).origin == "split"


def test_what_is_split_off_a_merged_ticket_stays_when_it_is_undone(
    ask, ada, write_again
):
    old, new = ask(), ask()
    message = write_again(new)
    merge_ticket(source=fresh(new), target=old, user=ada)
    off = split_ticket(ticket=fresh(old), user=ada, messages=[str(message.public_id)])

    unmerge_ticket(source=fresh(new), user=ada)

    assert said_in(off) == {message.pk}
    assert len(said_in(new)) == len(said_in(old)) == 1


def test_danger_goes_with_the_message_that_speaks_of_it(
    ask, ada, write_again, delivery_topic
):
    ticket = ask()
    gas = Topic.objects.create(slug="gas", name="Gas", is_danger=True)
    TopicRule.objects.create(topic=gas, kind="word", pattern="gas")
    message = write_again(ticket, text="I smell gas")
    assert fresh(ticket).is_danger
    other = write_again(ticket, text="And a bill")

    calm = split_ticket(ticket=fresh(ticket), user=ada, messages=[str(other.public_id)])
    grave = split_ticket(
        ticket=fresh(ticket), user=ada, messages=[str(message.public_id)]
    )

    assert (calm.is_danger, calm.priority) == (False, "normal")
    assert (grave.is_danger, grave.priority) == (True, "urgent")


def test_the_turn_of_a_split_ticket_goes_on_while_the_other_is_resolved(
    ask, ada, write_again
):
    ticket = ask()
    message = write_again(ticket)
    new = split_ticket(ticket=ticket, user=ada, messages=[str(message.public_id)])

    resolve_ticket(ticket=fresh(ticket), user=ada)
    assert Turn.objects.get().outcome == "waiting"
    resolve_ticket(ticket=fresh(new), user=ada)
    assert Turn.objects.get().outcome == "left"


# Figures


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


# At the same time


def together(*acts):
    """Do all at once, on connections of their own; returns what was refused."""
    refused, barrier = [], threading.Barrier(len(acts))

    def run(act):
        barrier.wait()
        try:
            act()
        except (TicketChanged, InvalidMove) as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def merging(source, target, user):
    return lambda: merge_ticket(source=source, target=target, user=user)


@pytest.mark.django_db(transaction=True)
def test_merges_in_opposite_directions_end_in_one_merged_ticket(ask, ada):
    one, two = ask(), ask()
    for _ in range(30):
        one, two = fresh(one, two)
        refused = together(merging(one, two, ada), merging(two, one, ada))

        merged = Ticket.objects.exclude(merged_into=None)
        assert len(refused) == 1
        assert merged.count() == 1
        assert Ticket.objects.live().count() == 1
        unmerge_ticket(source=merged.get(), user=ada)


@pytest.mark.django_db(transaction=True)
def test_merges_in_a_ring_at_once_leave_one_live_ticket_at_the_end(ask, ada):
    ring = [ask() for _ in range(4)]
    everything = set(TicketMessage.objects.values_list("pk", flat=True))
    for _ in range(15):
        ring = fresh(*ring)
        together(
            *[
                merging(source, target, ada)
                for source, target in zip(ring, [*ring[1:], ring[0]], strict=True)
            ]
        )

        live = set(Ticket.objects.live())
        merged = Ticket.objects.exclude(merged_into=None).select_related("merged_into")
        assert live
        assert {ticket.merged_into for ticket in merged} <= live
        assert set().union(*(said_in(ticket) for ticket in live)) == everything
        while found := Ticket.objects.exclude(merged_into=None).first():
            unmerge_ticket(source=found, user=ada)


@pytest.mark.django_db(transaction=True)
def test_messages_that_arrive_during_a_merge_are_in_the_target(
    ask, ada, item, shop, write_again
):
    old, new = ask(), ask()
    for _ in range(10):
        old, new = fresh(old, new)
        together(merging(new, old, ada), lambda new=new: write_again(new))

        assert Ticket.objects.count() == 2
        assert said_in(new) == set()
        unmerge_ticket(source=fresh(new), user=ada)
