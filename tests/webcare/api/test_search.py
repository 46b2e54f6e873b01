"""Tickets are found by what was said, by those who may see them."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models.bulk import fetch
from webcare.actions import search as actions
from webcare.models import SearchEntry, Tag, Ticket, TicketTag

PATH = "/api/v1/search"


@pytest.fixture
def find(as_client, ada):
    client = as_client(ada)
    client.get("/api/v1/agents")  # notes the first use of the token

    def numbers(text, **filters):
        more = "".join(f"&{name}={value}" for name, value in filters.items())
        answer = client.get(f"{PATH}?q={quote(text)}{more}")
        assert answer.status_code == 200, answer.json()
        return [hit["ticket"]["number"] for hit in answer.json()["results"]]

    numbers.client = client
    return numbers


@pytest.fixture
def said(make_ticket):
    """A ticket of the shop queue in which this was said."""

    def make(text, **fields):
        return make_ticket(text=f"{text} (about my parcel)", **fields)

    return make


def test_a_word_finds_the_ticket_in_which_it_was_said(find, said):
    wanted, _ = said("De stroom is uit"), said("Alles werkt")

    assert find("stroom") == [wanted.pk]


def test_words_have_borders(find, said):
    bank = said("Mijn bank is ING", language="nl")
    outage = said("Er is een storing", language="nl")
    compound = said("Weer een stroomstoring hier", language="nl")
    power = said("Geen stroom", language="nl")

    assert find("ING") == [bank.pk]
    assert find("storing") == [outage.pk]
    assert find("stroom") == [power.pk]
    assert sorted(find("stroom*")) == [compound.pk, power.pk]


@pytest.mark.parametrize(
    ("language", "text", "sought"),
    [
        ("nl", "Meerdere storingen vandaag", "storing"),
        ("nl", "De meters lopen", "meter"),
        ("nl", "Eén aansluiting", "een aansluitingen"),
        ("en", "Two outages this week", "outage"),
        ("en", "We were waiting", "wait"),
        ("fr", "Storingen en outages", "outage storing"),
    ],
)
def test_words_are_found_by_their_stems(find, said, language, text, sought):
    ticket = said(text, language=language)

    assert find(sought) == [ticket.pk]


def test_a_dutch_word_has_no_english_stem(find, said):
    # In English `storing` comes from `store`.
    said("Een storing", language="nl")

    assert find("store") == []


def test_punctuation_parts_words(find, said):
    ticket = said("Geen stroom.Wanneer weer? mail kim_vos@voorbeeld.nl")

    assert find("wanneer") == find("voorbeeld") == find("kim_vos") == [ticket.pk]


def test_words_in_quotation_marks_stand_next_to_each_other(find, said):
    ticket = said("Ik heb geen stroom")
    said("Stroom heb ik, geen gas")

    assert find('"geen stroom"') == [ticket.pk]
    assert find('"stroom geen"') == []


def test_a_word_can_be_left_out(find, said):
    ticket = said("Storing in de straat")
    said("Storing van de meter")

    assert find("storing -meter") == [ticket.pk]


def test_either_word_will_do(find, said):
    tickets = [said("Geen gas"), said("Geen stroom")]
    said("Geen water")

    assert sorted(find("geen gas OR stroom")) == [one.pk for one in tickets]


def test_notes_tags_authors_and_references_are_found_as_well(
    find, said, ada, pump, delivery_topic
):
    ticket = said(
        "Hallo", author={"external_id": "7", "handle": "@kimvos", "name": "Kim Vos"}
    )
    where = f"/api/v1/tickets/{ticket.public_id}"
    find.client.post(f"{where}/note", {"text": "Overleg met Delft"}, "application/json")
    tag = Tag.objects.create(slug="schade", name="Schadeclaim")
    TicketTag.objects.create(ticket=ticket, tag=tag, by=ada)
    ticket.references.create(system="crm", reference="C-1234")
    pump()

    matched = [
        find.client.get(f"{PATH}?q={quote(text)}").json()["results"][0]["matched"]
        for text in ("delft", "schadeclaim", "kimvos", "c-1234")
    ]
    assert matched == ["note", "tag", "author", "reference"]


def test_a_ticket_is_found_by_its_number(find, said):
    ticket = said("Hallo")
    said("Dag")

    assert find(f"#{ticket.pk} hallo") == [ticket.pk]
    listed = find.client.get(f"/api/v1/tickets?q=%23{ticket.pk}").json()
    assert [one["number"] for one in listed["results"]] == [ticket.pk]


def test_what_was_found_is_shown_in_segments(find, said):
    said("Er zijn <b>storingen</b> in de wijk", language="nl")

    [hit] = find.client.get(f"{PATH}?q=storing").json()["results"]

    assert hit["matched"] == "message"
    assert [one["text"] for one in hit["snippet"] if one["hit"]] == ["storingen"]
    assert "".join(one["text"] for one in hit["snippet"]).startswith(
        "Er zijn <b>storingen</b>"
    )


def test_of_a_ticket_the_best_match_is_shown_once(find, said):
    ticket = said("storing", thread="t", author={"external_id": "kim"})
    said("storing storing storing", thread="t", author={"external_id": "kim"})

    assert find("storing") == [ticket.pk]


def test_filters_are_typed_or_sent_beside(find, said, ada):
    one = said("storing hier", author={"external_id": "1", "handle": "kim"})
    two = said("storing daar", author={"external_id": "2", "handle": "@Lee"})

    assert find("storing from:@kim") == find("storing from:Kim") == [one.pk]
    assert find("storing from:lee") == [two.pk]
    assert sorted(find("storing queue:shop status:new")) == [one.pk, two.pk]
    assert find("storing queue:nowhere") == find("storing agent:me") == []
    assert sorted(find("storing", topic="delivery")) == [one.pk, two.pk]
    assert find("storing before:2020-01-01") == []
    assert sorted(find("storing after:2020-01-01")) == [one.pk, two.pk]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "Send a word"),
        ("-meter", "Add a word"),
        ('"geen stroom', "Close the quotation mark"),
        ("quee:shop stroom", "There is no quee:"),
        ("queue:", "Write something after"),
        ("storing OR", "OR between two words"),
        ("OR storing", "OR between two words"),
        ("st*", "at least 3 letters"),
        ("storing status:lost", "Choose from"),
        ("storing before:yesterday", "2026-03-01"),
        ("storing -queue:shop", "Only words"),
        ("queue:shop", "filters alone"),
        ("#1 #2", "one number"),
        ("a " * 21, "at most 20 words"),
    ],
)
def test_what_cannot_be_read_is_answered_with_advice(find, text, advice):
    answer = find.client.get(f"{PATH}?q={quote(text)}")

    assert answer.status_code == 422
    assert advice in answer.json()["errors"]["q"][0]


@pytest.mark.parametrize(
    "text", ["' | 'x", "stroom:*B & !x", "\\", "a\\'b", "😀 stroom", "<->", "ü" * 90]
)
def test_no_text_is_read_as_the_language_of_the_index(find, said, text):
    answer = find.client.get(f"{PATH}?q={quote(text)}")

    assert answer.status_code in (200, 422)


def test_nothing_of_another_queue_is_found_counted_or_shown(
    find, said, power_queue, as_client, root
):
    hidden, seen = said("geheim woord"), said("geheim plan")
    Ticket.objects.filter(pk=hidden.pk).update(queue=power_queue)

    answer = find.client.get(f"{PATH}?q=geheim")

    assert [hit["ticket"]["number"] for hit in answer.json()["results"]] == [seen.pk]
    assert "woord" not in answer.content.decode()
    assert find("woord") == []
    listed = find.client.get("/api/v1/tickets?q=woord").json()
    assert listed["results"] == []
    everywhere = as_client(root).get(f"{PATH}?q=woord").json()
    assert [hit["ticket"]["number"] for hit in everywhere["results"]] == [hidden.pk]


def test_an_edit_is_followed_and_a_deletion_leaves_nothing(
    find, hear, shop, item, delivery_topic
):
    posted = item(text="Mijn parcel: eerste tekst", thread="t")
    [message] = hear(shop, posted)
    ticket = Ticket.objects.get(ticket_messages__message=message)
    later = posted | {"edited_at": timezone.now().isoformat(), "text": "Tweede versie"}
    assert find("eerste") == [ticket.pk]

    hear(shop, later)
    assert (find("eerste"), find("tweede")) == ([], [ticket.pk])

    hear(shop, posted | {"deleted": True})
    assert find("tweede") == []
    assert not SearchEntry.objects.filter(kind="message", ticket=ticket).exists()


def test_a_renamed_author_is_found_by_the_new_name(
    find, hear, shop, item, delivery_topic
):
    author = {"external_id": "kim", "handle": "kim", "name": "Kim"}
    hear(shop, item(text="Een parcel", author=author, thread="t"))
    hear(shop, item(text="Nog iets", author=author | {"name": "Sanne"}, thread="t"))

    assert find("kim") == find("sanne") != []


def test_rebuilding_makes_the_same_entries(find, said, pump):
    for text in ("eerste", "tweede", "derde"):
        said(text)
    before = entries()
    SearchEntry.objects.all().delete()

    assert list(actions.rebuild(size=2)) == [2, 3]
    assert entries() == before != set()


def entries():
    return set(
        SearchEntry.objects.values_list("ticket", "kind", "source_id", "at", "digest")
    )


def test_indexing_twice_changes_nothing(said):
    ticket = said("stroom")
    before = fetch("SELECT xmin::text FROM webcare_searchentry ORDER BY id", [])

    actions.index_tickets([ticket.pk])

    assert fetch("SELECT xmin::text FROM webcare_searchentry ORDER BY id", []) == before


def walk(client, address):
    pages = []
    while address:
        answer = client.get(address).json()
        pages.append([hit["ticket"]["number"] for hit in answer["results"]])
        address = answer["next"]
    return pages


def test_pages_follow_on_though_more_comes_in(find, said):
    tickets = {said(f"storing nummer {n}").pk for n in range(5)}
    first = find.client.get(f"{PATH}?q=storing&limit=2").json()
    said("storing erbij")

    rest = walk(find.client, first["next"])

    numbers = [hit["ticket"]["number"] for hit in first["results"]]
    assert [len(page) for page in rest] == [2, 1]
    assert set(numbers) | {n for page in rest for n in page} == tickets


@pytest.mark.parametrize("cursor", ["", "x", "bm90aGluZw==", "é", "MSAxIG5hbiAx"])
def test_a_cursor_of_something_else_is_refused(find, cursor):
    answer = find.client.get(f"{PATH}?q=storing&cursor={quote(cursor)}")

    assert answer.status_code == 422


def test_the_list_takes_the_same_words_and_keeps_its_order(find, said):
    tickets = [said("storing storing"), said("andere zaak"), said("een storing")]

    listed = find.client.get("/api/v1/tickets?q=storing&order=opened&status=live")

    numbers = [one["number"] for one in listed.json()["results"]]
    assert numbers == [tickets[0].pk, tickets[2].pk]


def test_a_search_costs_the_same_however_much_is_found(find, said):
    """One to three looks into the index, by its age and not by what is in it."""
    said("storing in de straat", language="nl")
    with CaptureQueriesContext(connection) as one:
        assert len(find("storing")) == 1
    for n in range(20):
        said(f"storing {n} in de straat", language="nl")

    with CaptureQueriesContext(connection) as many:
        assert len(find("storing")) == 21
    assert {len(one), len(many)} <= {6, 7, 8}
