"""What is seldom done to a ticket: what the menu offers, and what the forms show."""

import pytest

from tests.webcare.inbox.conftest import said
from webcare.actions.consultations import consult
from webcare.actions.deciding import decide_on_ticket
from webcare.actions.links import link_tickets
from webcare.actions.merges import merge_ticket
from webcare.actions.references import add_reference
from webcare.domain.outcomes import Verdict
from webcare.inbox.more import ACTS
from webcare.models import Ticket
from webcare.queries.links import Relation


@pytest.fixture
def other(make_ticket):
    return make_ticket(author={"external_id": "kim", "name": "Kim Kok"})


@pytest.mark.parametrize("slug", [act.slug for act in ACTS])
def test_every_act_has_a_form(browser, ada, ticket, address, slug):
    page = browser(ada).get(address(ticket, f"more/{slug}"))
    part = browser(ada).get(
        address(ticket, f"more/{slug}"), headers={"HX-Request": "true"}
    )

    assert page.status_code == part.status_code == 200
    assert "<main" in page.content.decode()
    assert "<main" not in part.content.decode()


def test_the_menu_offers_what_fits(browser, ada, ticket, address):
    client = browser(ada)
    live = client.get(address(ticket)).content.decode()
    client.post(address(ticket, "resolve"), {"outcome": "answered"})
    over = client.get(address(ticket)).content.decode()

    assert address(ticket, "more/merge") in live
    assert address(ticket, "more/merge") not in over
    assert address(ticket, "more/link") in over


def test_another_ticket_is_found_by_its_number(browser, ada, ticket, other, address):
    page = browser(ada).get(address(ticket, "more/merge"), {"number": f"#{other.pk}"})

    assert f'"into": "{other.public_id}"' in page.content.decode()
    assert '"even_if_other_author": true' in page.content.decode()
    assert "Of another author" in said(page)


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "٣"])
def test_what_is_no_number_finds_nothing(browser, ada, ticket, address, number):
    page = browser(ada).get(address(ticket, "more/merge"), {"number": number})

    assert "that you may see" in said(page)


def test_a_ticket_out_of_sight_is_not_found(
    browser, ada, ticket, other, address, power_queue
):
    Ticket.objects.filter(pk=other.pk).update(queue=power_queue)

    page = browser(ada).get(address(ticket, "more/merge"), {"number": str(other.pk)})

    assert "that you may see" in said(page)
    assert str(other.public_id) not in page.content.decode()


def test_what_stands_beside_a_ticket_is_on_its_page(
    browser, ada, ticket, other, address
):
    link_tickets(ticket=ticket, other=other, is_a=Relation.PARENT, user=ada)
    add_reference(ticket=ticket, user=ada, system="CRM", reference="A-7")

    page = browser(ada).get(address(ticket))

    assert f"Belongs to #{other.pk}" in said(page)
    assert "Remove the link with" in page.content.decode()
    assert "Strike out A-7" in page.content.decode()


def test_what_is_out_of_sight_does_not_stand_beside(
    browser, ada, ticket, other, address, power_queue
):
    link_tickets(ticket=ticket, other=other, is_a=Relation.RELATED, user=ada)
    Ticket.objects.filter(pk=other.pk).update(queue=power_queue)

    assert f"#{other.pk}" not in said(browser(ada).get(address(ticket)))


def test_a_merge_can_be_taken_apart_from_both_ends(
    browser, ada, ticket, other, address
):
    merge_ticket(source=other, target=ticket, user=ada, even_if_other_author=True)
    client = browser(ada)
    into, source = client.get(address(ticket)), client.get(address(other))

    assert f"Merged into this #{other.pk}" in said(into)
    assert f"Merged into #{ticket.pk}" in said(source)
    assert address(ticket, "unmerge") in into.content.decode()
    assert address(other, "unmerge") in source.content.decode()


def test_other_authors_in_the_thread_are_linked(
    browser, ada, ticket, make_ticket, address
):
    kim = make_ticket(
        in_reply_to=ticket.last_inbound.external_id,
        author={"external_id": "kim", "name": "Kim Kok"},
    )

    page = said(browser(ada).get(address(ticket)))

    assert kim.thread_id == ticket.thread_id
    assert f"In the same thread #{kim.pk} Kim Kok" in page


def test_a_platform_without_private_refers_elsewhere(
    browser, ada, ticket, address, shop
):
    shop.private_replies = "none"
    shop.save(update_fields=["private_replies"])

    page = browser(ada).get(address(ticket, "more/private"))

    assert "We cannot look into this here." in said(page)
    assert address(ticket, "move-private") not in page.content.decode()


def test_open_questions_to_colleagues_are_seen_and_ended(browser, ada, ticket, address):
    consult(ticket=ticket, user=ada, to="tom@example.org", question="Is it so?")

    page = browser(ada).get(address(ticket, "more/consult"))

    assert "tom@example.org asked, open until" in said(page)
    assert "/cancel" in page.content.decode()


def test_what_needs_no_answer_says_so_and_can(browser, ada, ticket, address):
    client = browser(ada)
    before = said(client.get(address(ticket)))
    message = ticket.last_inbound.public_id
    decide_on_ticket(ticket=ticket, user=ada, message=message, verdict=Verdict.IGNORE)

    assert "Needs no answer" not in before
    assert "Needs no answer It does need one" in said(client.get(address(ticket)))


def test_a_ticket_ends_with_a_reason_and_a_note(browser, ada, ticket, address):
    given = {"outcome": "no_answer_needed", "reason": "joke", "note": "He is kidding"}
    browser(ada).post(address(ticket, "resolve"), given)

    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert (ticket.resolution_reason, ticket.resolution_note) == ("joke", given["note"])


def test_a_reason_is_a_word(browser, ada, ticket, address):
    given = {"outcome": "no_answer_needed", "reason": "Not a word"}
    page = browser(ada).post(address(ticket, "resolve"), given, follow=True)

    ticket.refresh_from_db()
    assert ticket.is_live
    assert "Give the reason as one word" in said(page)
