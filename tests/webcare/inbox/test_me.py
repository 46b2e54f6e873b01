"""Somebody's own page shows what is theirs, and nothing of others."""

import pytest

from webcare.actions.tokens import make_token
from webcare.domain.tokens import Scope
from webcare.models import User


@pytest.fixture
def make_lead(shop_queue):
    def make(name):
        user = User.objects.create_user(name, password=None)
        user.memberships.create(queue=None, role="admin")
        return user

    return make


def key(user, name, owner=None):
    make_token(user=user, owner=owner or user, name=name, scopes={Scope.READ})


def test_keys_are_shown_to_who_may_make_them_and_only_their_own(browser, lena, ada):
    lena.memberships.create(queue=None, role="admin")
    key(lena, "mine")
    key(lena, "of-ada", owner=ada)

    assert [one.name for one in browser(lena).get("/me").context["keys"]] == ["mine"]
    assert browser(ada).get("/me").context["keys"] is None


def test_who_has_no_role_has_a_page_without_letters(browser, cas):
    page = browser(cas).get("/me")

    assert page.status_code == 200
    assert page.context["letters"] is None


def test_letters_are_shown_to_who_owns_them_alone(browser, lena, make_lead):
    given = {
        "name": "Weekly",
        "report": "satisfaction",
        "period": "last_week",
        "days": [1],
        "time": "08:00",
        "to": ["lena@example.com"],
    }
    made = browser(lena).post(
        "/api/v1/report-schedules",
        given,
        content_type="application/json",
        headers={"idempotency-key": "one"},
    )
    assert made.status_code == 201, made.content

    assert len(browser(lena).get("/me").context["letters"]) == 1
    assert browser(make_lead("mo")).get("/me").context["letters"] == []


def test_who_may_take_nothing_out_has_no_letters(browser, ada):
    assert browser(ada).get("/me").context["letters"] is None


def test_languages_and_skills_are_told_in_words(browser, ada):
    ada.languages.create(language="nl", level=3)
    ada.languages.create(language="en", level=1)

    page = browser(ada).get("/me").content.decode()

    assert "English (gets by), Dutch (own language)" in page
