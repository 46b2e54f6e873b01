"""What other systems call a ticket."""

import pytest

from webcare.actions.references import add_reference, remove_reference
from webcare.exceptions import Invalid
from webcare.models import ExternalReference

pytestmark = pytest.mark.django_db
CASE = {"system": "crm", "reference": "CASE-1", "url": "https://example.org/1"}


@pytest.fixture
def where(ticket):
    return f"/api/v1/tickets/{ticket.public_id}"


def kinds(ticket):
    found = ticket.events.filter(kind__startswith="reference").order_by("id")
    return list(found.values_list("kind", flat=True))


def test_a_reference_is_kept_once(ticket, ada):
    version = ticket.version
    first = add_reference(ticket=ticket, user=ada, **CASE)
    again = add_reference(ticket=ticket, user=ada, **CASE)

    assert first == again
    assert kinds(ticket) == ["reference_added"]
    assert ticket.version == version + 1


def test_a_new_address_takes_the_place_of_the_old(ticket, ada):
    add_reference(ticket=ticket, user=ada, **CASE)
    add_reference(ticket=ticket, user=ada, **CASE | {"url": "https://example.org/2"})

    assert ExternalReference.objects.get().url == "https://example.org/2"


def test_a_reference_is_struck_out_once(ticket, ada):
    kept = add_reference(ticket=ticket, user=ada, **CASE)
    twin = ExternalReference.objects.get()

    remove_reference(reference=kept, user=ada)
    remove_reference(reference=twin, user=ada)

    assert kinds(ticket) == ["reference_added", "reference_removed"]


def test_a_ticket_has_a_hundred_references_at_most(ticket, ada):
    ExternalReference.objects.bulk_create(
        ExternalReference(ticket=ticket, system="crm", reference=str(number))
        for number in range(100)
    )

    with pytest.raises(Invalid):
        add_reference(ticket=ticket, user=ada, **CASE)


def test_references_are_listed_and_shown_with_the_ticket(as_client, ada, where):
    client = as_client(ada)

    made = client.post(f"{where}/references", CASE, "application/json")
    listed = client.get(f"{where}/references").json()
    shown = client.get(where).json()["references"]

    assert made.status_code == 201
    assert listed == [made.json()]
    assert shown == [{key: listed[0][key] for key in shown[0]}]
    gone = client.delete(f"{where}/references/{listed[0]['id']}")
    assert gone.status_code == 204
    assert client.get(where).json()["references"] == []


def test_anothers_reference_is_not_there(as_client, ada, make_ticket):
    kept = add_reference(ticket=make_ticket(), user=ada, **CASE)
    other = make_ticket()

    answer = as_client(ada).delete(
        f"/api/v1/tickets/{other.public_id}/references/{kept.public_id}"
    )

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "javascript:alert(1)"),
        ("url", "ftp://example.org/1"),
        ("system", ""),
        ("system", "x" * 51),
        ("reference", "x" * 201),
        ("reference", "a\0b"),
    ],
)
def test_what_is_no_reference_is_refused(as_client, ada, where, field, value):
    body = CASE | {field: value}

    answer = as_client(ada).post(f"{where}/references", body, "application/json")

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
