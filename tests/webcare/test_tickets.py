"""What people do with a ticket, and what is refused them."""

import threading
from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from webcare.actions import tickets
from webcare.actions.notes import add_note
from webcare.domain.lifecycle import LIVE, MOVES, Status, require_move
from webcare.domain.outcomes import Resolution
from webcare.exceptions import (
    Invalid,
    InvalidMove,
    NotAllowed,
    NotFound,
    StaleVersion,
    TicketChanged,
)
from webcare.models import Clock, Ticket, Topic, Turn
from webcare.queries.sight import visible_tickets
from webcare.queries.tickets import ticket_for

pytestmark = pytest.mark.django_db


def kinds(ticket):
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def test_claiming_makes_a_ticket_yours(ticket, ada):
    tickets.claim_ticket(ticket=ticket, user=ada)

    assert (ticket.agent, ticket.status) == (ada, "open")
    assert kinds(ticket)[-1] == "assigned"


def test_claiming_twice_is_one_claim(ticket, ada):
    tickets.claim_ticket(ticket=ticket, user=ada)
    before = kinds(ticket)
    tickets.claim_ticket(ticket=ticket, user=ada)

    assert kinds(ticket) == before


def test_the_second_of_two_claims_loses(ticket, ada, bo):
    bos_copy = Ticket.objects.get(pk=ticket.pk)
    tickets.claim_ticket(ticket=ticket, user=ada)

    with pytest.raises(TicketChanged):
        tickets.claim_ticket(ticket=bos_copy, user=bo)

    ticket.refresh_from_db()
    assert ticket.agent == ada


@pytest.mark.django_db(transaction=True)
def test_of_ten_claims_at_once_one_wins(ticket, ada, bo):
    lost = []

    def claim(user):
        try:
            tickets.claim_ticket(ticket=Ticket.objects.get(pk=ticket.pk), user=user)
        except TicketChanged:
            lost.append(user)
        connection.close()

    people = [ada, bo] * 5
    threads = [threading.Thread(target=claim, args=[user]) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert kinds(ticket).count("assigned") == 1
    assert len(lost) >= 5


def test_a_ticket_given_back_waits_for_anybody(ticket, ada):
    tickets.claim_ticket(ticket=ticket, user=ada)
    tickets.release_ticket(ticket=ticket, user=ada)

    assert (ticket.agent, ticket.status) == (None, "open")


def test_only_a_lead_takes_a_ticket_from_somebody(ticket, ada, bo, lena):
    tickets.claim_ticket(ticket=ticket, user=ada)
    with pytest.raises(NotAllowed):
        tickets.release_ticket(ticket=ticket, user=bo)
    with pytest.raises(NotAllowed):
        tickets.assign_ticket(ticket=ticket, user=bo, agent=ada)

    tickets.assign_ticket(ticket=ticket, user=lena, agent=bo)

    assert ticket.agent == bo


def test_who_has_a_ticket_hands_it_over_to_a_colleague(ticket, ada, bo):
    tickets.claim_ticket(ticket=ticket, user=ada)
    ticket.refresh_from_db()

    tickets.assign_ticket(ticket=ticket, user=ada, agent=bo)

    ticket.refresh_from_db()
    assert ticket.agent == bo


def test_nobody_is_given_work_of_a_queue_they_are_not_in(ticket, cas, lena):
    with pytest.raises(Invalid):
        tickets.assign_ticket(ticket=ticket, user=lena, agent=cas)


def test_an_assignment_made_on_an_old_version_is_refused(ticket, ada, lena):
    seen = ticket.version
    add_note(ticket=ticket, user=ada, text="Called them.")

    with pytest.raises(StaleVersion):
        tickets.assign_ticket(ticket=ticket, user=lena, agent=ada, version=seen)


def test_moving_to_a_queue_where_its_agent_is_not_lets_it_go(ticket, ada, power_queue):
    tickets.claim_ticket(ticket=ticket, user=ada)
    tickets.route_ticket(ticket=ticket, user=ada, queue=power_queue)

    assert (ticket.queue, ticket.agent) == (power_queue, None)


def test_a_retired_topic_cannot_be_chosen(ticket, ada):
    topic = Topic.objects.create(slug="old", name="Old", retired_at="2020-01-01T00:00Z")
    with pytest.raises(Invalid):
        tickets.classify_ticket(ticket=ticket, user=ada, topic=topic)


def test_resolving_without_an_answer_is_counted_as_left(ticket, ada):
    tickets.resolve_ticket(ticket=ticket, user=ada, outcome=Resolution.SPAM)

    turn = Turn.objects.get()
    assert (ticket.status, ticket.resolution) == ("resolved", "spam")
    assert turn.outcome == "left"
    assert ticket.waiting_since is None
    assert ticket.due_at is None
    assert not Clock.objects.filter(stopped_at=None).exists()
    waited = ticket.resolved_at - ticket.opened_at
    assert ticket.resolution_seconds == waited // timedelta(seconds=1)


def test_reopening_lets_the_promise_to_resolve_run_on(ticket, ada):
    tickets.resolve_ticket(ticket=ticket, user=ada)
    tickets.reopen_ticket(ticket=ticket, user=ada)

    assert (ticket.status, ticket.resolution, ticket.resolved_at) == ("open", "", None)
    assert Clock.objects.get(promise="resolution").stopped_at is None
    assert ticket.due_at


def test_a_note_stays_inside(ticket, ada):
    written = add_note(ticket=ticket, user=ada, text="She is a regular.")

    assert written.note.text not in str(ticket.events.values_list("data", flat=True))


@pytest.mark.parametrize("person", ["cas", "integrator"])
def test_who_may_not_see_a_ticket_does_not_learn_that_it_exists(
    request, ticket, person
):
    user = request.getfixturevalue(person)
    if user.memberships.exists():
        user.memberships.all().delete()

    assert not visible_tickets(user).exists()
    with pytest.raises(NotFound):
        ticket_for(user, ticket.public_id)


@pytest.mark.parametrize(
    "act",
    [
        lambda t, u: tickets.claim_ticket(ticket=t, user=u),
        lambda t, u: tickets.resolve_ticket(ticket=t, user=u),
        lambda t, u: tickets.reopen_ticket(ticket=t, user=u),
        lambda t, u: tickets.classify_ticket(ticket=t, user=u, topic=None),
        lambda t, u: tickets.route_ticket(ticket=t, user=u, queue=t.queue),
        lambda t, u: add_note(ticket=t, user=u, text="x"),
    ],
)
def test_every_change_asks_for_permission_in_the_tickets_queue(ticket, cas, act):
    with pytest.raises(NotAllowed):
        act(ticket, cas)


@pytest.mark.parametrize(("current", "target"), list(product(Status, Status)))
def test_only_the_moves_of_the_table_are_made(current, target):
    if target in MOVES[current]:
        require_move(current, target)
    else:
        with pytest.raises(InvalidMove):
            require_move(current, target)


def test_live_is_whatever_can_still_be_resolved():
    assert set(Status) - LIVE == {Status.RESOLVED, Status.CLOSED}


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "resolved"},
        {"status": "nowhere"},
        {"resolution": "spam"},
        {"status": "snoozed"},
        {"priority": "huge"},
    ],
)
def test_the_database_refuses_states_that_cannot_be(ticket, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**changes)


def test_the_database_refuses_an_agent_on_a_new_ticket(ticket, ada):
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(agent=ada)
