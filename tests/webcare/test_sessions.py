"""Sessions: listed to who has them, ended by them alone, and never shown as a key."""

import pytest
from django.test import Client

from webcare.models import SignIn

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/me/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def come_in(db):
    """Signs somebody in, as a browser does."""

    def enter(user):
        user.set_password("a long password")
        user.save()
        client = Client(headers={"user-agent": FIREFOX})
        given = {"username": user.username, "password": "a long password"}
        assert client.post("/sign-in", given).status_code == 302
        return client

    return enter


@pytest.fixture
def two(come_in, ada):
    """Ada, in two browsers. A new password would end the first."""
    first = come_in(ada)
    second = Client(headers={"user-agent": FIREFOX})
    given = {"username": "ada", "password": "a long password"}
    second.post("/sign-in", given)
    return first, second


def test_a_person_sees_their_sessions_and_which_is_this_one(two, come_in, bo):
    come_in(bo)
    newest, oldest = two[0].get(WHERE).json()

    assert (newest["is_this"], oldest["is_this"]) == (False, True)
    assert "Firefox" in newest["device"]
    keys = set(SignIn.objects.values_list("session_key", flat=True))
    assert not any(key in two[0].get(WHERE).content.decode() for key in keys)
    assert not any(key in two[0].get("/me").content.decode() for key in keys)


def test_one_is_ended_and_the_other_goes_on(two):
    first, second = two
    [other] = [one["id"] for one in first.get(WHERE).json() if not one["is_this"]]

    assert first.delete(f"{WHERE}/{other}").status_code == 204

    assert second.get("/api/v1/me").status_code == 401
    assert len(first.get(WHERE).json()) == 1
    assert first.delete(f"{WHERE}/{other}").status_code == 404


def test_nobody_ends_what_is_another_s(two, as_client, bo):
    [mine, _] = two[0].get(WHERE).json()

    assert as_client(bo).delete(f"{WHERE}/{mine['id']}").status_code == 404
    assert as_client(bo).delete(WHERE).status_code == 204
    assert two[1].get("/api/v1/me").status_code == 200


def test_a_token_ends_them_all_and_a_browser_all_but_its_own(two, as_client, ada):
    first, second = two
    assert first.delete(WHERE).status_code == 204
    assert second.get("/api/v1/me").status_code == 401
    assert first.get("/api/v1/me").status_code == 200

    assert as_client(ada).delete(WHERE).status_code == 204
    assert first.get("/api/v1/me").status_code == 401


def test_what_is_over_is_not_listed_and_is_forgotten(two, come_in, ada):
    first, second = two
    second.post("/sign-out")

    assert len(first.get(WHERE).json()) == 1
    come_in(ada)
    assert SignIn.objects.filter(user=ada).count() == 2
