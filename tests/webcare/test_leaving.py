"""Who sets the demo up asks once for a desk of their own, and sees how far it is."""

import json

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client

from webcare.models import DeskSetting

pytestmark = pytest.mark.django_db
JSON = "application/json"
PASSWORD = "correct horse battery"
WANTED = {
    "name": "Bakery Jansen",
    "username": "anna",
    "password": PASSWORD,
    "week": {"monday": [{"from": "09:00", "until": "17:00"}]},
    "words": ["jansen"],
}
ON_THE_PAGE = {
    "name": "Bakery Jansen",
    "language": "nl",
    "time_zone": "Europe/Amsterdam",
    "monday": "9.00 - 12:30, 13:00-17:00",
    "words": "jansen\n\n jansen \nkrentenbol",
    "username": "anna",
    "password": PASSWORD,
    "again": PASSWORD,
}


@pytest.fixture
def folder(settings, tmp_path):
    """A demo that can be left; what is asked for is written here."""
    DeskSetting.objects.create(name="Kabelwijk", is_demo=True)
    settings.LEAVING_FOLDER = str(tmp_path)
    return tmp_path


@pytest.fixture
def browser(root):
    client = Client(headers={"accept-language": "en"})
    client.force_login(root)
    return client


def ask(client, **fields):
    return client.post("/api/v1/desk/leave", WANTED | fields, JSON)


def asked(folder):
    return json.loads((folder / "asked.json").read_text())


def tell(folder, step):
    (folder / "told.json").write_text(json.dumps({"step": step}))


def test_what_is_asked_for_is_written_for_who_makes_it(as_client, root, folder):
    answer = ask(as_client(root))

    assert answer.status_code == 202
    assert answer.json()["leaving"] == "asked"
    written = asked(folder)
    assert check_password(PASSWORD, written["password"])
    assert PASSWORD not in (folder / "asked.json").read_text()
    assert written["words"] == ["jansen"]
    assert (folder / "asked.json").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in folder.iterdir()] == ["asked.json"]


def test_the_first_who_asks_is_heard(as_client, root, folder):
    ask(as_client(root))

    second = ask(as_client(root), name="Another")

    assert second.status_code == 409
    assert second.json()["code"] == "in_use"
    assert asked(folder)["name"] == "Bakery Jansen"


def test_only_who_sets_the_desk_up_leaves_it(as_client, lena, folder):
    assert ask(as_client(lena)).status_code == 403
    assert not list(folder.iterdir())


def test_a_desk_that_is_no_demo_of_make_up_is_not_left(as_client, root):
    answer = ask(as_client(root))

    assert answer.status_code == 409
    assert answer.json()["code"] == "no_demo_to_leave"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("username", "no spaces"),
        ("password", "short"),
        ("language", "fr"),
        ("words", ["?!"]),
        ("time_zone", "Mars"),
        ("week", {"monday": [{"from": "9"}]}),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    as_client, root, folder, field, value
):
    answer = ask(as_client(root), **{field: value})

    assert answer.status_code == 422
    assert [one.split(".")[0] for one in answer.json()["errors"]][0] == field
    assert not list(folder.iterdir())


@pytest.mark.parametrize("step", ["database", "desk", "restart"])
def test_how_far_it_is_can_be_seen(as_client, root, browser, folder, step):
    ask(as_client(root))
    tell(folder, step)

    assert as_client(root).get("/api/v1/desk").json()["leaving"] == step
    page = browser.get("/setup/own-desk").content.decode()
    assert f'data-step="{step}" data-state="now"' in page


def test_a_failure_is_told_until_it_is_tried_again(as_client, root, browser, folder):
    tell(folder, "failed")
    assert as_client(root).get("/api/v1/desk").json()["leaving"] == "failed"
    assert "nothing has changed" in browser.get("/setup/own-desk").content.decode()

    ask(as_client(root))

    assert as_client(root).get("/api/v1/desk").json()["leaving"] == "asked"


def test_the_form_asks_for_the_same(browser, folder):
    answer = browser.post("/setup/own-desk", ON_THE_PAGE)

    assert (answer.status_code, answer.url) == (302, "/setup/own-desk")
    written = asked(folder)
    assert written["name"] == "Bakery Jansen"
    assert written["week"] == {
        "monday": [
            {"from": "09:00", "until": "12:30"},
            {"from": "13:00", "until": "17:00"},
        ]
    }
    assert written["words"] == ["jansen", "krentenbol"]
    assert written["session"] == browser.session.session_key


def test_all_that_is_wrong_is_said_at_once_and_what_was_said_stays(browser, folder):
    wrong = {"again": "another", "monday": "nine", "username": "no spaces"}
    answer = browser.post("/setup/own-desk", ON_THE_PAGE | wrong)

    page = answer.content.decode()
    assert answer.status_code == 422
    for name in ("again", "week", "username"):
        assert f'id="wrong-{name}"' in page
    assert 'value="Bakery Jansen"' in page
    assert 'value="nine"' in page
    assert PASSWORD not in page
    assert not list(folder.iterdir())


def test_the_button_is_for_who_may_where_it_works(browser, lena, folder, settings):
    button = 'href="/setup/own-desk"'
    other = Client()
    other.force_login(lena)

    assert button in browser.get("/").content.decode()
    assert button not in other.get("/").content.decode()
    assert other.get("/setup/own-desk").status_code == 403
    settings.LEAVING_FOLDER = ""
    assert button not in browser.get("/").content.decode()
    assert "manage.py begin_desk" in browser.get("/setup/own-desk").content.decode()


def test_who_waited_goes_on_to_the_set_up_of_the_desk_that_came(browser):
    DeskSetting.objects.create(name="Bakery Jansen")

    assert browser.get("/setup/own-desk").url == "/setup/"
