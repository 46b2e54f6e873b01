"""Which topics can be chosen, wherever a person says what a ticket is about."""

import re

import pytest
from django.utils import timezone

from webcare.models import Topic
from webcare.queries.cards import topics_to_choose

pytestmark = pytest.mark.django_db


@pytest.fixture
def orphan(power_queue):
    """A topic in use below one that is not, with one below itself."""
    energy = Topic.objects.create(slug="energy", name="Energy")
    outage = Topic.objects.create(slug="outage", name="Outage", parent=energy)
    Topic.objects.create(slug="street", name="Street", parent=outage)
    Topic.objects.filter(pk=energy.pk).update(retired_at=timezone.now())
    return outage


def offered(page):
    [choice] = re.findall(r'<select[^>]* name="topic"[^>]*>(.*?)</select>', page)
    return re.findall(r'<option value="([^"]*)"', choice)


def test_a_topic_below_a_retired_one_is_offered_on_its_ticket(
    browser, ada, make_ticket, orphan
):
    page = browser(ada).get(f"/tickets/{make_ticket().public_id}").content.decode()

    assert {"outage", "street"} <= {*offered(page)}
    assert "energy" not in offered(page)


def test_a_topic_below_a_retired_one_stands_at_the_top(root, orphan):
    found = {one.key: one.depth for one in topics_to_choose(root)}

    assert (found["outage"], found["street"]) == (0, 1)
    assert "energy" not in found
