"""Checking by lot, on a page of plain forms."""

import re

import pytest

from webcare.domain.permissions import Role
from webcare.models import Membership, SampledTicket, Topic, TopicSample

pytestmark = pytest.mark.django_db

PAGE = "/topics/check"


@pytest.fixture
def decided(make_ticket):
    return [make_ticket(text=f"Where is my parcel {n}?") for n in range(3)]


def say(client, topic):
    page = client.get(PAGE).content.decode()
    action = re.search(rf'action="({PAGE}/[0-9a-f-]+/[0-9a-f-]+)"', page)[1]
    return client.post(action, {"topic": topic}, follow=True).content.decode()


def test_tickets_are_drawn_said_and_counted(browser, root, decided):
    Topic.objects.create(slug="bill", name="Bill")
    client = browser(root)
    assert "Nothing was drawn yet" in client.get(PAGE).content.decode()

    drawn = client.post(f"{PAGE}/draw", follow=True).content.decode()
    assert "3 tickets were drawn." in drawn
    assert "Where is my parcel" in drawn
    assert "right, of" not in drawn

    say(client, "delivery")
    say(client, "bill")
    page = say(client, "none")

    assert SampledTicket.objects.filter(said_at__isnull=False).count() == 3
    assert "33 %" in page
    assert "of 3 that were checked" in page
    assert "between 6 and 79 %" in page
    assert "Everything that was drawn is checked." in page


def test_what_was_given_is_not_to_be_seen_before(browser, root, decided):
    client = browser(root)
    page = client.post(f"{PAGE}/draw", follow=True).content.decode()

    chosen = re.findall(r"<option[^>]* selected", page)
    assert chosen == []
    assert "Given as" not in page


def test_a_choice_that_is_none_is_refused(browser, root, decided):
    client = browser(root)
    client.post(f"{PAGE}/draw")

    say(client, "nothing")

    assert not SampledTicket.objects.filter(said_at__isnull=False).exists()


def test_who_teaches_here_checks_and_who_teaches_everywhere_draws(
    browser, ada, lena, cas, decided, root
):
    browser(root).post(f"{PAGE}/draw")
    assert "Draw 100 tickets" not in browser(ada).get(PAGE).content.decode()
    browser(ada).post(f"{PAGE}/draw")
    assert TopicSample.objects.count() == 1
    assert browser(cas).get(PAGE).status_code == 403

    say(browser(ada), "delivery")

    [one] = SampledTicket.objects.filter(said_at__isnull=False)
    assert one.said_by == ada


def test_who_works_for_somebody_else_does_not(browser, ada, decided):
    type(ada).objects.filter(pk=ada.pk).update(is_external=True)
    assert Membership.objects.filter(user=ada, role=Role.AGENT).exists()

    answer = browser(type(ada).objects.get(pk=ada.pk)).get(PAGE)

    assert (answer.status_code, answer.url) == (302, "/")
