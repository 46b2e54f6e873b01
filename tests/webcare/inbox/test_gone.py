"""Why there is nothing to read: in lists, on the board and in what is found."""

from datetime import timedelta

import pytest

from conversations.models import Message
from webcare.actions.erasures import erase_person
from webcare.actions.retention import change_retention, erase_old
from webcare.domain.erasures import Reason
from webcare.domain.lifecycle import Status
from webcare.models import Membership, Ticket, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    user = User.objects.create_user("olga", first_name="Olga")
    Membership.objects.create(user=user, queue=None, role="privacy_officer")
    return user


def said(client, address, ticket):
    """What the row or the card of this ticket says first."""
    page = client.get(address.format(number=ticket.pk)).content.decode()
    at = page.index(f"/tickets/{ticket.public_id}#now")
    return page[at:].split('dir="auto">')[1].split("<")[0]


def by_its_author(ticket, hear, shop):
    hear(shop, {"external_id": ticket.last_inbound.external_id, "deleted": True})


@pytest.mark.parametrize("address", ["/?view=all", "/?q=%23{number}", "/board"])
def test_what_its_author_deleted_is_said_to_be(
    browser, lena, ticket, hear, shop, address
):
    assert said(browser(lena), address, ticket) == "Where is my parcel?"

    by_its_author(ticket, hear, shop)

    assert said(browser(lena), address, ticket) == "Deleted by its author"


@pytest.mark.parametrize("address", ["/?view=resolved", "/?q=%23{number}"])
def test_what_was_erased_is_said_to_be_and_why(
    browser, lena, officer, make_ticket, pump, address
):
    asked, old = (make_ticket(author={"external_id": one}) for one in ("a", "b"))
    for one in (asked, old):
        Ticket.objects.filter(pk=one.pk).update(
            status=Status.RESOLVED, resolved_at=one.opened_at, resolution="answered"
        )
    erase_person(user=officer, author=asked.author, reason=Reason.REQUEST)
    pump()
    assert said(browser(lena), address, asked) == "Erased on request"

    for row in Message.objects.all():
        received_at = row.received_at - timedelta(days=100)
        Message.objects.filter(pk=row.pk).update(received_at=received_at)
    resolved_at = old.opened_at - timedelta(days=100)
    Ticket.objects.filter(pk=old.pk).update(resolved_at=resolved_at)
    change_retention(user=officer, days={"tickets": 90, "heard": None, "raw": None})
    erase_old()
    pump()

    assert said(browser(lena), address, asked) == "Erased on request"
    assert said(browser(lena), address, old) == "Erased because it was old"


def test_what_never_had_a_text_is_without_one(browser, lena, ticket):
    Message.objects.filter(pk=ticket.last_inbound_id).update(text="")
    Ticket.objects.filter(pk=ticket.pk).update(excerpt="")

    assert said(browser(lena), "/?view=all", ticket) == "Without text"
