"""Tickets put together and taken apart: messages move, figures do not."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from conversations.models import Delivery
from tests.webcare.merging.kim import KIM, arrive, figures, fresh, said_in, shown
from webcare.actions import replies
from webcare.actions.consultations import answer_consultation, consult
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
    Turn,
)
from webcare.queries.reports import Asked, Period, outcomes, resolutions

pytestmark = pytest.mark.django_db


@pytest.fixture
def write_to(ada):
    """Asks a colleague outside about a ticket, which waits for them; returns the key
    in their link."""

    def ask(ticket):
        asked = consult(ticket=ticket, user=ada, to="tom@example.org", question="?")
        return re.findall(r"/consult/(\S+)", asked.mail.body)[0]

    return ask


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


def test_it_waits_for_no_colleague_who_answered_meanwhile(ask, ada, write_to):
    old, asked, waits = ask(), ask(), ask()
    links = {one: write_to(one) for one in (asked, waits)}
    for one in (asked, waits):
        merge_ticket(source=fresh(one), target=fresh(old), user=ada)
    answer_consultation(key=links[asked], text="It is repaired.")

    for one in (asked, waits):
        unmerge_ticket(source=fresh(one), user=ada)

    assert [fresh(one).status for one in (asked, waits)] == ["open", "on_hold"]


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


def test_one_that_comes_back_without_its_messages_has_changed(ask, ada, pump):
    """All of it was split off meanwhile: reports ask when each ticket changed."""
    target, source = ask(), ask()
    merge_ticket(source=source, target=target, user=ada)
    [said] = TicketMessage.objects.filter(origin_ticket=source)
    target = fresh(target)
    split_ticket(ticket=target, user=ada, messages=[str(said.message.public_id)])
    pump()
    before = fresh(source)

    unmerge_ticket(source=before, user=ada)

    after = fresh(source)
    assert (after.status, said_in(after)) == ("new", set())
    assert after.version > before.version


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

    [(last, first)] = resolutions(lena, Asked(period, timezone.now()))
    assert (last.times.waiting, first.times.waiting) == (1, 1)
    assert set(outcomes([last.counts, first.counts]).values()) == {0}
