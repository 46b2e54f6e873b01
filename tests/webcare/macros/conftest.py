"""A team, a tag, and macros of ada's."""

import pytest

from tests.webcare.macros.hello import HELLO, any_of
from webcare.actions import macros
from webcare.models import (
    Tag,
    Team,
    TeamMember,
)


@pytest.fixture
def team(ada, bo):
    found = Team.objects.create(name="Evening")
    TeamMember.objects.bulk_create(TeamMember(team=found, user=u) for u in (ada, bo))
    return found


@pytest.fixture
def angry(db):
    return Tag.objects.create(slug="angry", name="Angry")


@pytest.fixture
def make(ada):
    def run(text=HELLO, **fields):
        given = {"user": ada, "name": "Hello"} | fields
        return macros.make_macro(texts=any_of(text) if text else [], **given)

    return run
