"""What everybody would read is asked twice; a private window says when it closes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webcare.inbox.conftest import said
from webcare.models import Reply

SHOWS = "We called you on 06-12345678."


def test_personal_data_in_public_is_sent_when_it_was_confirmed(
    browser, ada, ticket, fields, address
):
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply")
    form |= {"text": SHOWS, "then": "pending"}

    asked = client.post(address(ticket, "reply"), form)

    assert asked.status_code == 422
    assert "a telephone number. Not sent yet" in said(asked)
    assert "Send anyway" in said(asked)
    assert f"{SHOWS}</textarea>" in asked.content.decode()
    assert not Reply.objects.exists()

    again = fields(asked, "/reply") | {"text": SHOWS, "then": "pending"}
    more = again | {"text": f"{SHOWS} Or kim@example.nl?"}
    assert client.post(address(ticket, "reply"), more).status_code == 422
    assert client.post(address(ticket, "reply"), again).status_code == 302
    assert Reply.objects.get().text == SHOWS


def test_in_private_it_is_just_sent(browser, ada, make_ticket, fields, address):
    ticket = make_ticket(visibility="private")
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply")

    sent = client.post(
        address(ticket, "reply"), form | {"text": SHOWS, "then": "pending"}
    )

    assert sent.status_code == 302


@pytest.mark.parametrize(
    ("visibility", "says"), [("public", "a telephone number"), ("private", "")]
)
def test_it_is_said_while_one_writes(browser, ada, ticket, address, visibility, says):
    given = {"text": SHOWS, "visibility": visibility}

    told = said(browser(ada).post(address(ticket, "personal"), given))

    assert ("Everybody will read this:" in told) == bool(says)
    assert says in told


def test_who_may_not_see_the_ticket_is_not_answered(browser, cas, ticket, address):
    answer = browser(cas).post(address(ticket, "personal"), {"text": SHOWS})

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("ago", "says"),
    [
        (timedelta(hours=23, minutes=19, seconds=30), "closes in 40 min"),
        (timedelta(hours=25), "closed until they write again"),
    ],
)
def test_a_private_window_says_when_it_closes(
    browser, ada, make_ticket, address, shop, ago, says
):
    shop.private_window_hours = 24
    shop.save(update_fields=["private_window_hours"])
    at = (timezone.now() - ago).isoformat()
    ticket = make_ticket(visibility="private", posted_at=at)
    client = browser(ada)

    assert says in said(client.get(address(ticket)))
    assert says in said(client.get(address(ticket, "live")))


def test_a_public_question_has_no_window(browser, ada, ticket, address, shop):
    shop.private_window_hours = 24
    shop.save(update_fields=["private_window_hours"])

    assert "closes in" not in said(browser(ada).get(address(ticket)))
