"""A desk has one name, which its administrators choose and its pages say."""

import pytest
from django.db import IntegrityError, transaction

from webcare.actions.people import make_agent
from webcare.models import AuditEntry, DeskSetting

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/desk"
JSON = "application/json"


def rename(client, **fields):
    return client.patch(WHERE, fields, JSON)


def test_a_desk_without_a_name_says_the_products(as_client, root):
    said = as_client(root).get(WHERE).json()

    assert said == {
        "name": "Webcare",
        "language": None,
        "is_demo": False,
        "can_be_left": False,
        "leaving": None,
    }


def test_a_name_is_kept_and_written_down(as_client, root):
    client = as_client(root)

    assert rename(client, name=" Bakery Jansen ").json()["name"] == "Bakery Jansen"
    assert rename(client, language="nl").json()["name"] == "Bakery Jansen"
    assert rename(client, language="nl").status_code == 200

    first, second = AuditEntry.objects.filter(what="desk_changed").order_by("id")
    assert (first.who, first.about) == (root, "desk")
    assert first.before["name"] == "Webcare"
    assert first.after["name"] == "Bakery Jansen"
    assert second.after["language"] == "nl"


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, None])
def test_a_desk_always_has_a_name_that_fits(as_client, root, name):
    answer = rename(as_client(root), name=name)

    assert answer.status_code == 422
    assert "name" in answer.json()["errors"]


def test_only_who_sets_the_desk_up_names_it(as_client, lena):
    assert rename(as_client(lena), name="Lena's").status_code == 403
    assert not DeskSetting.objects.exists()


def test_the_database_knows_one_desk_and_gives_it_a_name():
    DeskSetting.objects.create(name="One")

    for wrong in ({"name": "Two"}, {"name": "  ", "is_the_one": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DeskSetting.objects.create(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        DeskSetting.objects.update(name=" ")


def test_who_is_added_without_a_language_has_the_desks(root):
    DeskSetting.objects.create(name="Bakkerij", language="nl")

    assert make_agent(user=root, username="dee").language == "nl"
    assert make_agent(user=root, username="eve", language="en").language == "en"
