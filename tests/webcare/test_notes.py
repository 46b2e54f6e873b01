"""Notes between colleagues, and whom they call."""

import pytest

from conversations.models import Message
from webcare.actions.notes import add_note
from webcare.domain.mentions import Known, called_in, who_is_meant
from webcare.domain.permissions import Role
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import Follower, Membership, Note, NoteMention, Notification, User

pytestmark = pytest.mark.django_db
PATH = "/api/v1/tickets"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@ada, look at this", ["ada"]),
        ("Ask @Ada.", ["ada"]),
        ("(@AB) and @ada-lee and @AB again", ["ab", "ada-lee"]),
        ("Handed to @ada@example.org.", ["ada@example.org"]),
        ("She wrote from kim@example.org", []),
        ("@ @@ @. nothing", []),
        ("two signs: @@ada", []),
        ("@é is a name as well", ["é"]),
    ],
)
def test_a_sign_before_a_name_calls_somebody(text, names):
    assert called_in(text) == names


def test_a_user_name_goes_before_initials_and_shared_initials_call_nobody():
    known = [
        Known("ab", 1, False),
        Known("ab", 2, False),
        Known("cd", 3, False),
        Known("cd", 4, True),
        Known("ef", 5, False),
    ]

    assert who_is_meant(["ab", "cd", "ef", "gh"], known) == {"cd": 4, "ef": 5}


def mentioned(note):
    found = NoteMention.objects.filter(note=note)
    return sorted(found.values_list("user__username", flat=True))


def test_who_is_mentioned_is_told_and_follows(ticket, ada, bo):
    written = add_note(ticket=ticket, user=ada, text="@bo, do you know her?")

    told = Notification.objects.get()
    assert (told.user, told.kind, told.note) == (bo, "mentioned", written.note)
    assert mentioned(written.note) == ["bo"]
    assert Follower.objects.get().user == bo
    assert written.not_mentioned == []
    assert list(ticket.events.order_by("id").values_list("kind", flat=True))[-2:] == [
        "note_added",
        "followed",
    ]


def test_initials_call_too(ticket, ada, bo):
    User.objects.filter(pk=bo.pk).update(initials="BO2")

    written = add_note(ticket=ticket, user=ada, text="For @bo2")

    assert mentioned(written.note) == ["bo"]


def test_who_may_not_see_the_ticket_is_like_nobody(ticket, ada, bo, cas):
    User.objects.filter(pk=bo.pk).update(is_active=False)

    written = add_note(ticket=ticket, user=ada, text="@cas @nobody @bo @lena")

    assert written.not_mentioned == ["cas", "nobody", "bo", "lena"]
    assert not Notification.objects.exists()
    assert not Follower.objects.exists()


def test_nobody_is_told_of_a_mention_of_themselves(ticket, ada):
    written = add_note(ticket=ticket, user=ada, text="@ada: call back")

    assert mentioned(written.note) == ["ada"]
    assert not Notification.objects.exists()


def test_a_second_mention_is_told_again_but_follows_once(ticket, ada, bo):
    add_note(ticket=ticket, user=ada, text="@bo")
    add_note(ticket=ticket, user=ada, text="@bo @BO")

    assert Notification.objects.count() == 2
    assert Follower.objects.count() == 1
    assert ticket.events.filter(kind="followed").count() == 1


def test_more_than_fifty_are_not_called_at_once(ticket, ada):
    names = " ".join(f"@person{number}" for number in range(51))

    with pytest.raises(Invalid):
        add_note(ticket=ticket, user=ada, text=names)

    assert not Note.objects.exists()


def test_a_note_changes_the_version_and_nothing_that_is_sent(ticket, ada):
    version, said = ticket.version, Message.objects.count()

    add_note(ticket=ticket, user=ada, text="@ada only for us")

    assert ticket.version == version + 1
    assert Message.objects.count() == said
    assert "only for us" not in str(list(ticket.events.values_list("data", flat=True)))


def test_who_only_listens_writes_no_note(ticket, cas, shop_queue):
    Membership.objects.create(user=cas, queue=shop_queue, role=Role.LISTENER)

    with pytest.raises(NotAllowed):
        add_note(ticket=ticket, user=cas, text="x")


@pytest.mark.parametrize("path", ["note", "notes"])
def test_the_answer_says_who_was_not_reached(as_client, ada, bo, ticket, path):
    answer = as_client(ada).post(
        f"{PATH}/{ticket.public_id}/{path}",
        {"text": "@bo and @nobody"},
        "application/json",
    )

    assert answer.status_code == 201
    assert answer.json()["not_mentioned"] == ["nobody"]
    assert answer.json()["mentions"] == [{"id": str(bo.public_id), "name": "Bo"}]


def test_a_list_of_notes_costs_the_same_however_long(
    as_client, ada, bo, ticket, django_assert_num_queries
):
    client = as_client(ada)
    client.get("/api/v1/agents")
    where = f"{PATH}/{ticket.public_id}/notes?limit=200"
    add_note(ticket=ticket, user=ada, text="@bo")
    with django_assert_num_queries(3):
        client.get(where)
    for number in range(99):
        add_note(ticket=ticket, user=ada, text=f"@bo @ada {number}")
    with django_assert_num_queries(3):
        answer = client.get(where)

    assert len(answer.json()["results"]) == 100


def test_writing_a_note_costs_the_same_however_many_it_calls(
    ticket, ada, shop_queue, django_assert_max_num_queries
):
    people = [User.objects.create_user(f"p{number}") for number in range(40)]
    Membership.objects.bulk_create(
        Membership(user=one, queue=shop_queue, role=Role.AGENT) for one in people
    )

    with django_assert_max_num_queries(12):
        add_note(ticket=ticket, user=ada, text=" ".join(f"@p{n}" for n in range(40)))

    assert Notification.objects.count() == 40
