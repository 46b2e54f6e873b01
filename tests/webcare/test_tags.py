"""Tags: the words there are, and the tickets they are put on."""

import pytest

from webcare.actions.tags import change_tag, remove_tag, tag_ticket
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import Tag, Ticket, TicketTag

pytestmark = pytest.mark.django_db
PATH = "/api/v1/tickets"


@pytest.fixture
def angry(db):
    return Tag.objects.create(slug="angry", name="Angry", colour="red")


@pytest.fixture
def press(db):
    return Tag.objects.create(slug="press", name="Press")


def history(ticket):
    found = ticket.events.filter(kind__in=["tagged", "untagged"]).order_by("id")
    return [(one.kind, one.data["tag"]) for one in found]


def test_tags_come_and_go_with_one_event_each(ticket, ada, angry, press):
    version = ticket.version
    tag_ticket(ticket=ticket, user=ada, add=[angry, press])
    tag_ticket(ticket=ticket, user=ada, add=[angry], remove=[press])

    assert history(ticket) == [
        ("tagged", "angry"),
        ("tagged", "press"),
        ("untagged", "press"),
    ]
    assert ticket.version == version + 2
    assert TicketTag.objects.get().by == ada


def test_what_is_so_already_changes_nothing(ticket, ada, angry, press):
    tag_ticket(ticket=ticket, user=ada, add=[angry])
    version, changed_at = ticket.version, ticket.changed_at

    tag_ticket(ticket=ticket, user=ada, add=[angry, angry], remove=[press])

    ticket.refresh_from_db()
    assert (ticket.version, ticket.changed_at) == (version, changed_at)
    assert len(history(ticket)) == 1


def test_a_retired_tag_stays_but_is_put_on_nothing_more(make_ticket, ada, root, angry):
    old, new = make_ticket(), make_ticket()
    tag_ticket(ticket=old, user=ada, add=[angry])
    change_tag(user=root, tag=angry, retired=True)

    tag_ticket(ticket=old, user=ada, add=[angry])
    with pytest.raises(Invalid):
        tag_ticket(ticket=new, user=ada, add=[angry])

    assert TicketTag.objects.get().ticket == old


def test_a_tag_does_not_come_and_go_at_once(ticket, ada, angry):
    with pytest.raises(Invalid):
        tag_ticket(ticket=ticket, user=ada, add=[angry], remove=[angry])


def test_a_ticket_carries_fifty_tags_at_most(ticket, ada):
    tags = [Tag.objects.create(slug=f"t{n}", name=str(n)) for n in range(51)]
    tag_ticket(ticket=ticket, user=ada, add=tags[:50])

    with pytest.raises(Invalid):
        tag_ticket(ticket=ticket, user=ada, add=tags[50:])

    assert TicketTag.objects.count() == 50


def test_a_tag_on_a_ticket_is_not_removed_one_on_none_is(ticket, ada, root, angry):
    tag_ticket(ticket=ticket, user=ada, add=[angry])
    with pytest.raises(Invalid):
        remove_tag(user=root, tag=angry)

    tag_ticket(ticket=ticket, user=ada, remove=[angry])
    remove_tag(user=root, tag=angry)

    assert not Tag.objects.exists()


def test_an_agent_puts_tags_on_but_makes_none(ada, angry):
    with pytest.raises(NotAllowed):
        change_tag(user=ada, tag=angry, name="Furious")
    with pytest.raises(NotAllowed):
        remove_tag(user=ada, tag=angry)


def test_tags_are_made_changed_and_removed(as_client, root):
    client = as_client(root)
    body = {"slug": "new", "name": "New", "colour": "green"}

    made = client.post("/api/v1/tags", body, "application/json")
    again = client.post("/api/v1/tags", body, "application/json")
    changed = client.patch("/api/v1/tags/new", {"retired": True}, "application/json")
    gone = client.delete("/api/v1/tags/new")

    assert (made.status_code, made.json()["colour"]) == (201, "green")
    assert (again.status_code, list(again.json()["errors"])) == (422, ["slug"])
    assert changed.json()["retired_at"]
    assert (gone.status_code, Tag.objects.exists()) == (204, False)


def test_the_ticket_shows_its_tags_and_names_unknown_ones(
    as_client, ada, ticket, angry
):
    client = as_client(ada)
    where = f"{PATH}/{ticket.public_id}/tag"

    shown = client.post(where, {"add": ["angry"]}, "application/json")
    unknown = client.post(where, {"add": ["nothing"]}, "application/json")

    expected = [{"slug": "angry", "name": "Angry", "colour": "red"}]
    assert shown.json()["tags"] == expected
    assert client.get(PATH).json()["results"][0]["tags"] == expected
    assert list(unknown.json()["errors"]) == ["add"]


def test_a_colleagues_tag_is_news_to_integrators(as_client, ada, ticket, angry):
    before = Ticket.objects.get(pk=ticket.pk).changed_at

    tag_ticket(ticket=ticket, user=ada, add=[angry])

    assert ticket.changed_at > before
