from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from webcare.actions.erasures import erase_person
from webcare.actions.notes import add_note
from webcare.actions.replies import send_reply
from webcare.actions.retention import change_retention, erase_old
from webcare.actions.tickets import claim_ticket, resolve_ticket
from webcare.domain.erasures import Reason
from webcare.models import Ticket
from webcare.queries import timelines


@pytest.fixture
def grow_old(ada, root):
    """Ends a ticket longer ago than anything is kept."""

    def make(ticket):
        resolve_ticket(ticket=ticket, user=ada)
        ended = timezone.now() - timedelta(days=100)
        Ticket.objects.filter(pk=ticket.pk).update(resolved_at=ended)
        change_retention(user=root, days={"tickets": 90})
        erase_old()

    return make


def follow_up(ticket, item, **fields):
    first = ticket.last_inbound
    return item(
        in_reply_to=first.external_id,
        author={"external_id": first.author.external_id},
        **fields,
    )


def test_a_long_ticket_costs_what_a_short_one_does(
    browser, ada, ticket, address, statements, hear, item, shop
):
    client = browser(ada)
    with statements() as short:
        client.get(address(ticket))
    hear(shop, *(follow_up(ticket, item) for _ in range(20)))
    for number in range(5):
        add_note(ticket=ticket, user=ada, text=f"Note {number}")
    with statements() as long:
        assert client.get(address(ticket)).status_code == 200

    assert short() == long() == 4


def test_what_a_channel_is_spoken_to_with_is_read_for_no_page(
    browser, ada, ticket, address
):
    client = browser(ada)
    client.get(address(ticket))

    with CaptureQueriesContext(connection) as asked:
        client.get(address(ticket))

    assert not [one["sql"] for one in asked if '_secret"' in one["sql"]]
    assert not [one["sql"] for one in asked if '"secret"' in one["sql"]]


def test_looking_for_news_on_a_ticket_says_nothing_until_there_is(
    browser, ada, ticket, address, hear, item, shop, statements
):
    client = browser(ada)
    tag = client.get(address(ticket)).context["tag"]
    with statements() as count:
        quiet = client.get(address(ticket, "live"), {"shown": tag})
    hear(shop, follow_up(ticket, item, text="Hello?"))
    news = client.get(address(ticket, "live"), {"shown": tag})

    assert quiet.status_code == 204
    assert count() == 4
    assert "Hello?" in news.content.decode()


def test_edits_keep_their_earlier_text_and_deletions_leave_a_mark(
    browser, ada, make_ticket, address, hear, item, shop
):
    first = item(text="My parcel is late")
    [message] = hear(shop, first)
    ticket = make_ticket(
        in_reply_to=first["external_id"], author=first["author"], text="Gone soon"
    )
    gone = ticket.last_inbound.external_id
    hear(
        shop,
        first | {"text": "My parcel is lost", "edited_at": timezone.now().isoformat()},
        {"external_id": gone, "deleted": True},
    )

    page = browser(ada).get(address(ticket)).content.decode()

    assert "My parcel is lost" in page
    assert "1 earlier text" in page
    assert "My parcel is late" in page
    assert "Deleted by its author" in page
    assert "Gone soon" not in page


def test_what_was_erased_on_request_is_not_called_deleted_by_its_author(
    browser, ada, make_ticket, address, root, pump
):
    ticket = make_ticket(text="My parcel, please")
    resolve_ticket(ticket=ticket, user=ada)
    erase_person(user=root, author=ticket.author, reason=Reason.REQUEST)
    pump()

    page = browser(ada).get(address(ticket)).content.decode()

    assert "Erased on request" in page
    assert "Texts were erased on request" in page
    assert "Deleted by its author" not in page
    assert "My parcel, please" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Erased because it was old", "The text was erased.", "Deleted by")),
        ("nl", ("Gewist omdat het oud was", "De tekst is gewist.", "Verwijderd door")),
    ],
)
def test_what_went_because_it_was_old_is_not_called_deleted_by_its_author(
    browser, ada, make_ticket, address, grow_old, language, words
):
    ticket = make_ticket(text="My parcel, please")
    add_note(ticket=ticket, user=ada, text="Called twice")
    grow_old(ticket)

    asked = {"accept-language": language}
    page = browser(ada).get(address(ticket), headers=asked).content.decode()

    went, empty, author = words
    assert went in page
    assert empty in page
    assert author not in page
    assert "My parcel, please" not in page


def test_private_and_public_are_told_apart(browser, ada, make_ticket, address):
    client = browser(ada)
    public = client.get(address(make_ticket())).content.decode()
    private = client.get(address(make_ticket(visibility="private"))).content.decode()

    assert "Everyone can read it" in public
    assert "composer--private" not in public
    assert "reads it." in private
    assert "composer--private" in private
    assert "said--private" in private


def test_an_answer_shows_where_it_is_until_it_is_a_message(
    browser, ada, ticket, address, answered
):
    client = browser(ada)
    reply = send_reply(ticket=ticket, user=ada, text="On its way.", client_key="k")
    held = client.get(address(ticket)).content.decode()
    answered(reply)
    sent = client.get(address(ticket)).content.decode()

    assert "Goes out in" in held and "Take back" in held
    assert "Take back" not in sent
    assert sent.count("On its way.") == 1


def test_the_page_says_why(browser, ada, ticket, address):
    page = browser(ada).get(address(ticket)).content.decode()

    assert "Chosen by a rule" in page
    assert '<bdi class="word">parcel</bdi>' in page
    assert "by its topic" in page
    assert "First response" in page


def test_earlier_pages_are_complete(
    browser, ada, ticket, address, hear, item, shop, monkeypatch
):
    monkeypatch.setattr(timelines, "PAGE", 5)
    hear(shop, *(follow_up(ticket, item, text=f"Text {n}") for n in range(12)))
    claim_ticket(ticket=ticket, user=ada)
    client = browser(ada)

    keys, before = [], ""
    while before is not None:
        page = client.get(address(ticket), {"before": before})
        found = [entry.mark for entry in _entries(ticket, before)]
        keys = found + keys
        before = page.context["earlier"] and str(page.context["earlier"])

    monkeypatch.undo()
    assert keys == [entry.mark for entry in _entries(ticket, "")]
    assert len(keys) > 12


def _entries(ticket, before):
    return timelines.timeline_of(ticket, timelines.Mark.parse(before)).entries


def test_marks_we_did_not_make_are_the_newest_page(browser, ada, ticket, address):
    pages = [
        browser(ada).get(address(ticket), {"before": before}).status_code
        for before in ("x", "1.2", "1.99.1", "٣.1.1", "9" * 40 + ".1.1")
    ]

    assert pages == [200] * 5


def test_a_message_says_what_it_replies_to_unless_that_stands_above_it(
    browser, ada, ticket, address, hear, item, shop
):
    first = ticket.last_inbound
    hear(shop, follow_up(ticket, item, text="Hello?"))
    hear(shop, follow_up(ticket, item, text="Is anybody there?"))
    send_reply(ticket=ticket, user=ada, text="Yes.", client_key="k")

    page = browser(ada).get(address(ticket))

    told = [
        (entry.data["text"], entry.answers and entry.answers.key)
        for entry in page.context["entries"]
        if entry.kind in ("message", "reply")
    ]
    assert told == [
        (first.text, None),
        ("Hello?", None),
        ("Is anybody there?", f"message-{first.pk}"),
        ("Yes.", None),
    ]
    assert f'href="#message-{first.pk}"' in page.content.decode()
