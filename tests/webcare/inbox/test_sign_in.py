from base64 import b32decode
from datetime import timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.utils import timezone

from webcare.actions import guesses, second_factors
from webcare.models import FailedSignIn, Presence, SecondFactor, User

PASSWORD = "a long enough secret"


@pytest.fixture
def ada(ada: User) -> User:
    ada.set_password(PASSWORD)
    ada.language = "nl"
    ada.save(update_fields=["password", "language"])
    return ada


def post(client: Client, **given: str):
    return client.post("/sign-in", {"username": "ada", "password": PASSWORD} | given)


def test_a_page_of_the_desk_asks_who_you_are_and_brings_you_back(db):
    answer = Client().get("/?view=mine")

    assert answer.status_code == 302
    assert answer.url == "/sign-in?next=/%3Fview%3Dmine"


def test_signing_in_renews_the_session_and_makes_present(ada):
    client = Client()
    client.get("/sign-in")
    client.session["before"] = True
    client.session.save()
    before = client.session.session_key

    answer = post(client, next="/?view=mine")

    assert answer.url == "/?view=mine"
    assert client.session.session_key != before
    assert Presence.objects.get(user=ada).state == "present"
    assert client.cookies["django_language"].value == "nl"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""]
)
def test_nobody_is_sent_elsewhere_after_signing_in(ada, wanted):
    assert post(Client(), next=wanted).url == "/"


def test_a_wrong_name_and_a_wrong_password_look_the_same(ada):
    wrong_password = post(Client(), password="no")
    wrong_name = post(Client(), username="nobody", password="no")
    nothing = post(Client(), username="", password="")

    assert wrong_password.status_code == wrong_name.status_code == 401
    assert nothing.status_code == 401
    assert wrong_name.context["trouble"] == wrong_password.context["trouble"]
    assert nothing.context["trouble"] == wrong_password.context["trouble"]


def test_a_wrong_name_takes_as_many_hashes_as_a_wrong_password(ada, monkeypatch):
    hashed = []
    hasher = type(ada)().set_password.__globals__["make_password"]
    monkeypatch.setattr(
        "django.contrib.auth.base_user.make_password",
        lambda password: hashed.append(password) or hasher(password),
    )

    post(Client(), username="nobody", password="no")

    assert hashed == ["no"]


def test_after_ten_wrong_guesses_the_right_password_is_refused_too(ada):
    client = Client()
    for _ in range(guesses.PER_ACCOUNT):
        post(client, password="no")

    refused = post(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        later = post(client)

    assert refused.status_code == 401
    assert later.status_code == 302


def test_one_network_cannot_guess_at_many_accounts(ada, monkeypatch):
    monkeypatch.setattr(guesses, "PER_NETWORK", 3)
    client = Client()
    for name in ("x", "y", "z"):
        post(client, username=name, password="no")

    assert post(client).status_code == 401
    assert (
        Client(REMOTE_ADDR="203.0.113.9")
        .post("/sign-in", {"username": "ada", "password": PASSWORD})
        .url
        == "/"
    )


def test_a_header_that_no_proxy_of_ours_wrote_does_not_count(ada, monkeypatch):
    monkeypatch.setattr(guesses, "PER_NETWORK", 3)
    for number in range(3):
        Client(headers={"x-forwarded-for": f"198.51.100.{number}"}).post(
            "/sign-in", {"username": "x", "password": "no"}
        )

    assert post(Client()).status_code == 401


def test_what_was_typed_as_a_name_is_not_kept(ada):
    post(Client(), username="my-password-in-the-wrong-field", password="no")

    assert "password" not in FailedSignIn.objects.get().account


def test_success_forgets_the_guesses(ada):
    client = Client()
    post(client, password="no")
    post(client)

    assert not FailedSignIn.objects.exists()


def test_signing_out_ends_the_session(ada):
    client = Client()
    post(client)

    assert client.post("/sign-out").url == "/sign-in"
    assert client.get("/").status_code == 302
    assert Presence.objects.get(user=ada).state == "away"


def test_a_script_whose_session_ended_is_told_where_to_go(db):
    answer = Client().get("/live", headers={"x-live": "1"})

    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in"


@pytest.fixture
def recovery(ada):
    """Ada's recovery codes: a password is not enough for her."""
    second_factors.begin(user=ada, password=PASSWORD)
    secret = b32decode(SecondFactor.objects.get().secret)
    code = TOTP(secret, 6, SHA1(), 30).generate(int(timezone.now().timestamp()))
    return second_factors.confirm(user=ada, code=code.decode(), session=None)


def enters(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_a_password_is_half_of_the_way_in(ada, recovery):
    client = Client()
    answer = post(client, next="/?view=mine")

    assert answer.url == "/sign-in/code"
    assert not enters(client)
    assert client.post("/sign-in/code", {"code": "000000"}).status_code == 401
    assert client.post("/sign-in/code", {}).status_code == 401
    assert not enters(client)

    answer = client.post("/sign-in/code", {"code": recovery[0]})
    assert answer.url == "/?view=mine"
    assert enters(client)


def test_nobody_is_asked_for_a_code_without_the_password(ada, recovery):
    client = Client()

    assert client.get("/sign-in/code").url == "/sign-in"
    assert client.post("/sign-in/code", {"code": recovery[0]}).url == "/sign-in"
    assert not enters(client)


def test_five_minutes_after_the_password_it_is_asked_again(ada, recovery):
    client = Client()
    post(client)
    with time_machine.travel(timezone.now() + timedelta(seconds=301), tick=False):
        answer = client.post("/sign-in/code", {"code": recovery[0]})

    assert answer.url == "/sign-in"


def test_a_password_that_was_changed_meanwhile_is_not_half_of_the_way(ada, recovery):
    client = Client()
    post(client)
    ada.set_password("another long secret")
    ada.save(update_fields=["password"])

    assert client.post("/sign-in/code", {"code": recovery[0]}).url == "/sign-in"


def test_the_right_password_does_not_make_codes_free_to_guess(ada, recovery):
    client = Client()
    for _ in range(guesses.PER_ACCOUNT // 2):
        post(client)
        client.post("/sign-in/code", {"code": "000000"})

    assert post(client).status_code == 401
    assert client.post("/sign-in/code", {"code": recovery[0]}).status_code == 401


def test_the_admins_own_door_is_ours(ada, root):
    asked = Client().get("/admin/login/?next=/admin/webcare/")
    assert asked.url == "/sign-in?next=/admin/webcare/"
    guess = {"username": "ada", "password": PASSWORD}
    assert Client().post("/admin/login/", guess).status_code == 302

    client = Client()
    post(client, next="/admin/")
    assert client.get("/admin/", follow=True).status_code == 403
