"""How one is told is one's own choice, and quiet hours both begin and end."""

import pytest

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/me/notifications"
JSON = "application/json"


def test_everybody_begins_with_the_page_alone(as_client, ada):
    assert as_client(ada).get(WHERE).json() == {
        "in_page": True,
        "desktop": False,
        "quiet_from": None,
        "quiet_until": None,
        "letter_at": None,
    }


def test_what_is_chosen_is_kept_for_oneself(as_client, ada, bo):
    chosen = {"desktop": True, "quiet_from": "22:00", "quiet_until": "07:30"}
    chosen |= {"letter_at": None}
    client = as_client(ada)
    assert client.patch(WHERE, chosen, JSON).json() == chosen | {"in_page": True}

    changed = client.patch(WHERE, {"in_page": False}, JSON).json()

    assert changed == chosen | {"in_page": False}
    assert as_client(bo).get(WHERE).json()["desktop"] is False


@pytest.mark.parametrize(
    "hours",
    [
        {"quiet_from": "22:00"},
        {"quiet_until": "22:00"},
        {"quiet_from": "22:00", "quiet_until": "22:00"},
        {"quiet_from": "25:00", "quiet_until": "07:00"},
    ],
)
def test_quiet_hours_that_do_not_begin_and_end_are_refused(as_client, ada, hours):
    assert as_client(ada).patch(WHERE, hours, JSON).status_code == 422
    assert as_client(ada).get(WHERE).json()["quiet_from"] is None
