"""An answer goes out in public or in private as its writer chose, where both can be."""

import pytest

from conversations.models import Delivery
from webcare.actions.private_threads import move_to_private
from webcare.models import PrivateThread, Reply


@pytest.fixture
def either(shop):
    shop.private_replies = "allowed"
    shop.save(update_fields=["private_replies"])
    return shop


@pytest.fixture
def send(browser, ada, fields, address):
    def post(ticket, **given):
        client = browser(ada)
        form = fields(client.get(address(ticket)), "/reply")
        form.pop("visibility", None)
        return client.post(
            address(ticket, "reply"),
            form | {"text": "Tomorrow.", "then": "pending"} | given,
        )

    return post


def checked(page):
    """The way that is chosen when the page opens; nothing where there is no choice."""
    if b'id="to-public"' not in page.content:
        return ""
    return page.context["goes"]


def test_there_is_a_choice_only_where_both_can_be(
    browser, ada, make_ticket, address, shop
):
    client = browser(ada)
    public, private = make_ticket(), make_ticket(visibility="private")
    assert checked(client.get(address(public))) == ""

    shop.private_replies = "allowed"
    shop.save(update_fields=["private_replies"])

    assert checked(client.get(address(public))) == "public"
    assert checked(client.get(address(private))) == ""


def test_what_the_author_wrote_last_is_chosen(
    browser, ada, ticket, address, either, hear, item
):
    move_to_private(ticket=ticket, user=ada)
    kim = {"external_id": ticket.author.external_id}
    hear(either, item(author=kim, visibility="private", text="Main street 1"))

    page = browser(ada).get(address(ticket))

    assert checked(page) == "private"
    assert 'value="private" id="to-private" form="reply" checked' in (
        page.content.decode()
    )


def test_a_public_question_is_answered_in_private(send, ticket, either):
    answer = send(ticket, visibility="private")

    sent = Delivery.objects.get()
    assert answer.status_code == 302
    assert (sent.visibility, sent.thread.visibility) == ("private", "private")
    assert PrivateThread.objects.get().ticket == ticket


def test_an_answer_that_cannot_go_leaves_its_ticket_in_public(send, ticket, either):
    answer = send(ticket, visibility="private", text="y" * 6_000)

    assert answer.status_code == 422
    assert checked(answer) == "private"
    assert not PrivateThread.objects.exists()


def test_after_a_private_message_one_can_still_answer_in_public(
    send, ticket, either, hear, item, ada
):
    move_to_private(ticket=ticket, user=ada)
    kim = {"external_id": ticket.author.external_id}
    hear(either, item(author=kim, visibility="private", text="Main street 1"))

    send(ticket, visibility="public")
    send(ticket)

    sent = Delivery.objects.order_by("pk").values_list("visibility", flat=True)
    assert list(sent) == ["public", "private"]


def test_a_double_click_in_private_is_one_answer(
    browser, ada, ticket, fields, address, either
):
    client = browser(ada)
    form = fields(client.get(address(ticket)), "/reply")
    form |= {"text": "Tomorrow.", "then": "resolved", "visibility": "private"}

    clicks = [client.post(address(ticket, "reply"), form) for _ in range(2)]

    assert [click.status_code for click in clicks] == [302, 302]
    assert Reply.objects.count() == 1


def test_where_nothing_private_can_be_sent_it_says_so(send, ticket):
    answer = send(ticket, visibility="private")

    assert answer.status_code == 422
    assert "Nothing private can be sent here" in answer.content.decode()
    assert not Reply.objects.exists()


def test_a_ticket_in_private_is_not_answered_in_public(send, make_ticket, either):
    answer = send(make_ticket(visibility="private"), visibility="public")

    assert answer.status_code == 422
    assert not Reply.objects.exists()


def test_a_choice_costs_no_statement(browser, ada, ticket, address, either, statements):
    client = browser(ada)
    with statements() as count:
        client.get(address(ticket))

    assert count() == 4
