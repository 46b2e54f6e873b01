import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

ACTIONS = [
    ("claim", {}),
    ("release", {}),
    ("resolve", {"outcome": "answered"}),
    ("resolve/undo", {}),
    ("undo/topic", {}),
    ("reopen", {}),
    ("classify", {"topic": "delivery"}),
    ("route", {"queue": "triage"}),
    ("priority", {"priority": "high", "reason": "Press."}),
    ("tag", {"add": "angry"}),
    ("note", {"text": "Hello"}),
    ("personal", {"text": "Hello"}),
    ("reply", {"text": "Hi", "key": "k", "seen": '"1.1.0"', "then": "pending"}),
]


@pytest.mark.parametrize("page", ["", "live"])
def test_who_is_in_no_queue_cannot_tell_a_ticket_from_nothing(
    browser, cas, ticket, address, page
):
    client = browser(cas)
    elsewhere = address(ticket, page).replace(str(ticket.public_id)[:8], "00000000")

    assert client.get(address(ticket, page)).status_code == 404
    assert client.get(elsewhere).status_code == 404


@pytest.mark.parametrize(("action", "given"), ACTIONS)
def test_who_is_in_no_queue_can_do_nothing(
    browser, cas, ticket, address, action, given
):
    answer = browser(cas).post(address(ticket, action), given)

    before = ticket.version
    ticket.refresh_from_db()
    assert answer.status_code == 404
    assert ticket.version == before


def test_who_is_in_no_queue_sees_no_ticket_and_no_queue(browser, cas, ticket):
    page = browser(cas).get("/?view=all")

    assert page.context["rows"] == []
    assert page.context["desk"].queues == []
    assert "Ask your team lead" in page.content.decode()


def test_who_only_listens_reads_and_changes_nothing(
    browser, ticket, address, shop_queue, ada
):
    ada.memberships.update(role="listener")
    client = browser(ada)

    page = client.get(address(ticket))
    client.post(address(ticket, "claim"))

    ticket.refresh_from_db()
    assert page.status_code == 200
    assert b"reply-text" not in page.content
    assert ticket.agent is None


@pytest.mark.parametrize(("action", "given"), ACTIONS)
def test_nothing_changes_by_reading(browser, ada, ticket, address, action, given):
    assert browser(ada).get(address(ticket, action), given).status_code == 405


def test_nothing_changes_without_a_token_of_the_page(ada, ticket, address):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)

    assert client.post(address(ticket, "claim")).status_code == 403


def test_anothers_answer_is_taken_back_by_nobody_outside_the_queue(
    browser, ada, cas, ticket, address
):
    from webcare.actions.replies import send_reply

    reply = send_reply(ticket=ticket, user=ada, text="Hi", client_key="k")

    answer = browser(cas).post(f"/replies/{reply.public_id}/take-back")

    reply.delivery.refresh_from_db()
    assert answer.status_code == 404
    assert reply.delivery.state == "waiting"


@pytest.mark.parametrize("page", ["/", "/board", "/reports/"])
def test_what_a_person_may_do_is_read_once(browser, lena, page):
    client = browser(lena)

    with CaptureQueriesContext(connection) as asked:
        client.get(page)

    read = [q for q in asked if 'FROM "webcare_membership"' in (q["sql"] or "")]
    assert len(read) == 1
