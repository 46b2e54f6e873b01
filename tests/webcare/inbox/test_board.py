"""The board: who sees which part of it, and what it costs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from webcare.models import Presence, Queue, Ticket, User


def parts(client):
    return client.get("/board/live").context


def hands(client):
    return {one.hand.name: one.hand for one in parts(client)["hands"]}


def test_who_sees_no_reports_has_no_board(browser, cas):
    assert browser(cas).get("/board").status_code == 403
    assert browser(cas).get("/board/live").status_code == 403


def test_who_answers_sees_what_waits_and_nobody_s_load(browser, ada, ticket):
    shown = parts(browser(ada))

    assert [card.row.id for card in shown["longest"]] == [ticket.public_id]
    assert shown["hands"] is None
    assert not shown["may_steer"]


def test_a_lead_sees_those_of_their_own_queues(browser, lena, ada, ticket):
    elsewhere = Queue.objects.create(slug="elsewhere", name="Elsewhere")
    eve = User.objects.create_user("eve", password=None)
    eve.memberships.create(queue=elsewhere, role="agent")

    assert "eve" not in hands(browser(lena))
    assert str(ada) in hands(browser(lena))


def test_danger_is_on_top_of_both_lists(browser, ada, make_ticket):
    make_ticket()
    danger = make_ticket(author={"external_id": "g"}).pk
    Ticket.objects.filter(pk=danger).update(is_danger=True)

    page = browser(ada).get("/board").context

    for cards in (page["due"], page["longest"]):
        assert [card.row.number for card in cards].index(danger) == 0
        assert len(cards) == 2


def test_load_and_presence_are_as_work_is_handed_out(browser, lena, ada, bo, ticket):
    since = timezone.now() - timedelta(minutes=10)
    Ticket.objects.filter(pk=ticket.pk).update(
        agent=ada, status="open", waiting_since=since
    )
    now = timezone.now()
    Presence.objects.create(user=ada, state="present", seen_at=now)
    # Somebody whose page gives no sign of life is not there, whatever it says.
    gone = now - timedelta(minutes=5)
    Presence.objects.create(user=bo, state="present", seen_at=gone)

    found = hands(browser(lena))
    assert (found[str(ada)].presence, found[str(ada)].load) == ("present", 1.0)
    assert (found[str(ada)].held, found[str(ada)].waiting_since) == (1, since)
    assert found[str(bo)].presence == "away"


@pytest.mark.parametrize("page", ["/board", "/board/live"])
def test_a_board_asks_no_more_for_more_of_everything(
    browser, lena, ticket, make_ticket, statements, page
):
    client = browser(lena)
    client.get(page)
    with statements() as few:
        client.get(page)
    for number in range(4):
        make_ticket(author={"external_id": f"a{number}", "name": f"Author {number}"})
        queue = Queue.objects.create(slug=f"q{number}", name=f"Queue {number}")
        lena.memberships.create(queue=queue, role="lead")
        user = User.objects.create_user(f"agent{number}", password=None)
        user.memberships.create(queue=queue, role="agent")
    with statements() as many:
        client.get(page)

    assert many() == few()
