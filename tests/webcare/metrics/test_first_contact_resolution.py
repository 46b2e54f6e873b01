"""Whether one answer was enough, decided seven days after."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.tickets import resolve_ticket
from webcare.domain.outcomes import Resolution
from webcare.models import Ending, Merge, Ticket, Turn

pytestmark = pytest.mark.django_db


def test_first_contact_resolution(make_ticket, answered, ada, figures):
    """Two were answered and resolved ten days ago; one came back two days later."""
    enough, again = make_ticket(), make_ticket()
    for ticket in (enough, again):
        answered(ticket, 0)
        ticket = Ticket.objects.get(pk=ticket.pk)
        resolve_ticket(ticket=ticket, user=ada, outcome=Resolution.ANSWERED)
    with days_ago(10) as ago:
        later = ago + timedelta(days=2)
        came_back = Ending.objects.filter(ticket=again)
        came_back.update(reopened_at=later, reopened_known_at=later)

    [line] = figures("first-contact-resolution")

    assert (line["answered"], line["resolved_at_once"], line["rate"]) == (2, 1, 0.5)


def test_what_a_colleague_answers_outside_the_desk_is_an_answer(
    asks, at, hear, item, shop, ada, figures
):
    """Kim asked once on one page, and on the other went on to ask."""
    for thread, hours in (("once", [9]), ("twice", [9, 11])):
        for hour in hours:
            ticket = asks(at(16, hour), thread=thread)
            said = {"thread": thread, "posted_at": at(16, hour + 1).isoformat()}
            hear(shop, item(outbound=True, text="Tomorrow.", **said))
        resolve_ticket(ticket=Ticket.objects.get(pk=ticket.pk), user=ada)
    with days_ago(10):
        pass

    [line] = figures("first-contact-resolution")

    assert (line["answered"], line["resolved_at_once"]) == (2, 1)


def test_what_was_merged_seven_days_after_stays_so(make_ticket, answered, ada, figures):
    """It is decided: that the two are taken apart later changes nothing."""
    source, target = make_ticket(), make_ticket()
    for ticket in (source, target):
        answered(ticket, 0)
        ticket = Ticket.objects.get(pk=ticket.pk)
        resolve_ticket(ticket=ticket, user=ada, outcome=Resolution.ANSWERED)
    with days_ago(10) as ago:
        parted = {"status_was": "open", "undone_at": ago + timedelta(days=8)}
        Merge.objects.create(source=source, target=target, at=ago, **parted)

    [line] = figures("first-contact-resolution")

    assert line["answered"] == 1


@contextmanager
def days_ago(days):
    """All that is here was known so long ago; nothing is marked or versioned."""
    ago = database_now() - timedelta(days=days)
    fetch("SET LOCAL session_replication_role = replica", [])
    Ending.objects.update(at=ago, known_at=ago)
    Turn.objects.update(ended_at=ago, end_known_at=ago)
    yield ago
    fetch("SET LOCAL session_replication_role = origin", [])
