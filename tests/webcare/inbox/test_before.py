"""Beside a ticket: what its author wrote before, and how such things were answered."""

import pytest

from tests.webcare.inbox.conftest import said
from webcare.actions.replies import send_reply
from webcare.domain.lifecycle import Status
from webcare.models import Ticket

KIM = {"external_id": "kim", "handle": "kim", "name": "Kim"}


@pytest.fixture
def solved(make_ticket, ada, answered, pump):
    """Tickets that were answered, with these words and this answer."""

    def make(text, answer, **fields):
        ticket = make_ticket(text=text, **fields)
        reply = send_reply(
            ticket=ticket,
            user=ada,
            text=answer,
            client_key=f"{ticket.pk}",
            then=Status.RESOLVED,
        )
        answered(reply)
        pump()
        return ticket

    return make


@pytest.fixture
def look(browser, address):
    def open_(user, ticket):
        return browser(user).get(address(ticket, "before"))

    return open_


def test_earlier_tickets_say_what_became_of_them(look, ada, solved, make_ticket):
    first = solved("Where is my parcel?", "On its way.", author=KIM)
    other = make_ticket()
    now = make_ticket(author=KIM, text="And another parcel?")

    page = look(ada, now)

    assert [one.number for one in page.context["earlier"]] == [first.pk]
    assert f"#{first.pk} Delivery" in said(page)
    assert "Answered" in said(page)
    assert f"#{other.pk}" not in said(page)


def test_of_many_the_newest_are_shown_and_a_list_of_all(
    look, ada, solved, make_ticket, browser
):
    made = [solved(f"Parcel {n}?", "Yes.", author=KIM).pk for n in range(6)]
    now = make_ticket(author=KIM, text="My parcel again")

    page = look(ada, now)

    assert [one.number for one in page.context["earlier"]] == made[:0:-1]
    listed = browser(ada).get(page.context["all"])
    assert len(listed.context["rows"]) == 7


def test_tickets_like_it_say_how_they_were_answered(
    look, ada, solved, make_ticket, power_queue
):
    ada.initials = "AB"
    ada.save(update_fields=["initials"])
    old = solved("My parcel is broken in pieces", "Send us a picture of the pieces.")
    newer = solved("The parcel came broken", "We refund it: call 06-12345678.")
    solved("When does the parcel shop close?", "At six.")
    now = make_ticket(text="This parcel was broken as well")

    found = look(ada, now).context["answered"]

    assert [one.number for one in found] == [newer.pk, old.pk]
    assert found[0].text == "We refund it: call [tel]."
    assert found[1].text == "Send us a picture of the pieces."


def test_what_one_may_not_see_is_not_there(look, ada, solved, make_ticket, power_queue):
    secret = solved("My parcel is broken", "Nobody reads this.", author=KIM)
    Ticket.objects.filter(pk=secret.pk).update(queue=power_queue)
    now = make_ticket(text="A parcel, broken", author=KIM)

    page = look(ada, now)

    assert page.context["answered"] == page.context["earlier"] == []
    assert "Nobody reads this." not in said(page)


def test_a_ticket_one_may_not_see_has_nothing_beside_it(look, cas, ticket):
    assert look(cas, ticket).status_code == 404


def test_it_costs_the_same_whatever_is_found(
    browser, address, ada, solved, make_ticket, statements
):
    client = browser(ada)
    solved("A broken parcel", "A refund.", author=KIM)
    now = make_ticket(text="My broken parcel", author=KIM)
    with statements() as few:
        client.get(address(now, "before"))
    for number in range(12):
        solved(f"A broken parcel {number}", "A refund.", author=KIM)
    with statements() as many:
        client.get(address(now, "before"))

    assert few() == many() <= 13


def test_without_a_topic_there_is_nothing_to_compare(look, ada, make_ticket):
    ticket = make_ticket(text="A parcel")
    Ticket.objects.filter(pk=ticket.pk).update(topic=None)

    assert look(ada, ticket).context["answered"] == []
