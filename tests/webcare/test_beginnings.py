"""A desk begins with all that was said of it, once, and whole or not at all."""

import json
from io import StringIO

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.db import DataError, transaction
from django.test import Client

from webcare.actions.beginnings import begin_desk, check_beginning
from webcare.domain.beginnings import Beginning, beginning_of
from webcare.exceptions import InUse, Invalid
from webcare.models import (
    AuditEntry,
    Calendar,
    DeskSetting,
    Membership,
    TopicRule,
    User,
)
from webcare.queries.calendars import current_version
from webcare.queries.first_steps import first_steps

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
KEY = "b" * 32


def said(**fields):
    usual = {
        "name": "Bakkerij Jansen",
        "username": "anna",
        "password": make_password(PASSWORD),
        "language": "nl",
        "week": {"monday": [{"from": "09:00", "until": "17:00"}]},
        "words": ("jansen", "bakkerij jansen"),
    }
    return Beginning(**usual | fields)


def test_all_that_was_said_is_there():
    anna = begin_desk(said())

    assert DeskSetting.objects.get().name == "Bakkerij Jansen"
    assert anna.check_password(PASSWORD)
    assert [one.role for one in anna.memberships.all()] == ["admin"]
    calendar = Calendar.objects.get(is_default=True)
    assert calendar.name == "Openingstijden"
    assert current_version(calendar).definition["time_zone"] == "Europe/Amsterdam"
    kinds = dict(TopicRule.objects.values_list("pattern", "kind"))
    assert kinds == {"jansen": "word", "bakkerij jansen": "phrase"}
    written = AuditEntry.objects.values_list("what", flat=True)
    assert {"desk_begun", "role_given", "calendar_made"} <= set(written)


def test_its_set_up_knows_what_is_still_lacking():
    steps = first_steps(begin_desk(said()))

    assert steps._asdict() == {
        "hours": True,
        "words": True,
        "channel": False,
        "history": False,
        "colleagues": False,
    }


def test_hours_and_words_may_be_left_for_later():
    begin_desk(said(week={}, words=()))

    assert not Calendar.objects.exists()
    assert not TopicRule.objects.exists()


def test_the_browser_that_asked_is_signed_in_and_no_other():
    begin_desk(said(session=KEY, device="Firefox, Linux"))
    here, elsewhere = Client(), Client()
    here.cookies["sessionid"] = KEY

    assert here.get("/setup/").status_code == 200
    assert here.get("/api/v1/me").json()["username"] == "anna"
    assert len(here.get("/api/v1/me/sessions").json()) == 1
    assert elsewhere.get("/setup/").status_code == 302


def test_a_desk_begins_once(root):
    for there in (None, lambda: DeskSetting.objects.create(name="One")):
        if there:
            Membership.objects.all().delete()
            there()
        with pytest.raises(InUse):
            begin_desk(said())

    assert not User.objects.filter(username="anna").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 61),
        ("language", "fr"),
        ("username", "no spaces"),
        ("username", ""),
        ("words", ("jansen", "?!")),
        ("words", tuple(f"word{n}" for n in range(201))),
        ("time_zone", "Europe/Nowhere"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(field, value):
    with pytest.raises(Invalid) as refused:
        begin_desk(said(**{field: value}))

    assert list(refused.value.errors) == [field]
    assert not DeskSetting.objects.exists()


def test_hours_that_cannot_be_read_are_named_by_their_day():
    week = {"monday": [{"from": "nine", "until": ""}]}

    with pytest.raises(Invalid) as refused:
        begin_desk(said(week=week))

    assert all(one.startswith("week.monday") for one in refused.value.errors)


@pytest.mark.parametrize("password", ["short", "123456789012", "password1"])
def test_a_password_that_is_easily_found_is_refused(password):
    with pytest.raises(Invalid) as refused:
        check_beginning(said(), password)

    assert list(refused.value.errors) == ["password"]


def test_what_goes_wrong_at_the_end_leaves_nothing():
    """A key that is too long for a session is met last."""
    with pytest.raises(DataError), transaction.atomic():
        begin_desk(said(session=KEY * 2))

    assert not User.objects.exists()
    assert not DeskSetting.objects.exists()


def test_data_is_read_back_as_it_was_said():
    begun = said(session=KEY)

    assert beginning_of(json.loads(json.dumps(begun.as_data()))) == begun
    assert beginning_of({"id": "x", **begun.as_data()}) == begun


def test_a_command_begins_a_desk_where_there_is_no_demo(monkeypatch):
    told = StringIO()
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)

    call_command("begin_desk", name="Bakery", username="anna", stdout=told)

    assert "sign in" in told.getvalue()
    assert User.objects.get(username="anna").check_password(PASSWORD)
    monkeypatch.setattr("sys.stdin", StringIO(json.dumps(said().as_data())))
    with pytest.raises(CommandError, match="already"):
        call_command("begin_desk", json=True)
