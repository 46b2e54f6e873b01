"""First and last resolution, what stays resolved, and what is reopened."""

import pytest

from webcare.actions import endings, tickets
from webcare.actions.merges import merge_ticket
from webcare.domain.lifecycle import Status
from webcare.models import Ending

pytestmark = pytest.mark.django_db


def ends():
    return [
        (one.number, one.outcome, bool(one.reopened_at), bool(one.undone_at))
        for one in Ending.objects.order_by("id")
    ]


@pytest.fixture
def resolve(ada):
    return lambda ticket: tickets.resolve_ticket(ticket=ticket, user=ada)


def test_the_first_and_the_last_resolution(ticket, resolve, ada):
    again = tickets.reopen_ticket(ticket=resolve(ticket), user=ada)
    resolve(again)

    outcome = "no_answer_needed"
    assert ends() == [(1, outcome, True, False), (2, outcome, False, False)]
    first, last = Ending.objects.order_by("number")
    assert first.reopened_at <= last.at
    assert (first.by, first.queue, first.topic) == (ada, ticket.queue, ticket.topic)
    assert first.calendar_seconds == first.business_seconds


def test_an_author_who_writes_again_reopens(asks, says, at):
    ticket = asks(at(16, 10, 0))
    says(ticket, at(16, 10, 10), then=Status.RESOLVED)
    later = asks(at(16, 11, 0), text="And my other parcel?")

    assert later == ticket
    assert ends() == [(1, "answered", True, False)]


def test_one_taken_back_leaves_no_trace_in_figures(ticket, resolve, ada):
    back = endings.undo_resolve(ticket=resolve(ticket), user=ada)
    assert ends() == [(1, "no_answer_needed", False, True)]

    resolve(back)
    assert ends()[1:] == [(1, "no_answer_needed", False, False)]


def test_a_ticket_that_was_merged_away_ends_nowhere(make_ticket, resolve, lena):
    source, target = make_ticket(), make_ticket()
    merge_ticket(source=source, target=target, user=lena, even_if_other_author=True)
    target.refresh_from_db()
    resolve(target)

    [ending] = Ending.objects.all()
    assert ending.ticket == target
    assert ending.opened_at == min(source.opened_at, target.opened_at)


def test_business_seconds_of_a_resolution(office, asks, says, at):
    ticket = asks(at(16, 16, 0))
    says(ticket, at(17, 10, 0), then=Status.RESOLVED)

    ending = Ending.objects.get()
    assert ending.business_seconds < ending.calendar_seconds / 3
    assert ending.calendar_version.number == 1
