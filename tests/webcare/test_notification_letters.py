"""A letter a day of what is unread: chosen, once, without a customer's words."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from webcare.actions import notification_letters
from webcare.actions.notification_settings import choose_notifications
from webcare.actions.notifications import read_notifications
from webcare.actions.tickets import assign_ticket
from webcare.models import Mail, Membership, NotificationSetting, User

pytestmark = pytest.mark.django_db
JSON = "application/json"
WHERE = "/api/v1/me/notifications"


@pytest.fixture
def reader(ada):
    """Ada has an address, and wants a letter at eight."""
    User.objects.filter(pk=ada.pk).update(email="ada@example.org")
    ada.refresh_from_db()
    choose_notifications(user=ada, letter_at=time(8))
    return ada


@pytest.fixture
def told(reader, lena, ticket):
    assign_ticket(ticket=ticket, user=lena, agent=reader)


def at_eight(reader):
    """The time of the letter comes."""
    due = timezone.now() - timedelta(seconds=1)
    NotificationSetting.objects.filter(user=reader).update(letter_next_at=due)
    return notification_letters.send_due()


def test_what_is_unread_is_told_by_number_and_address(reader, told, ticket):
    assert at_eight(reader) == 1

    letter = Mail.objects.get()
    assert (letter.to, letter.subject) == ("ada@example.org", "1 thing unread")
    assert f"#{ticket.pk}: It was given to you" in letter.body
    assert f"/tickets/{ticket.public_id}" in letter.body
    assert ticket.excerpt not in letter.body


def test_the_next_letter_waits_for_the_next_day_and_for_something_new(
    reader, told, lena, make_ticket
):
    at_eight(reader)
    assert notification_letters.send_due() == 0
    next_at = NotificationSetting.objects.get(user=reader).letter_next_at
    assert timezone.now() < next_at < timezone.now() + timedelta(hours=25)

    at_eight(reader)
    assert Mail.objects.count() == 1
    fresh = make_ticket(author={"external_id": "kim"})
    assign_ticket(ticket=fresh, user=lena, agent=reader)
    at_eight(reader)
    assert Mail.objects.latest("pk").subject == "2 things unread"


def test_what_was_read_or_is_out_of_sight_is_not_written(reader, told, make_ticket):
    Membership.objects.filter(user=reader).delete()
    at_eight(reader)
    assert Mail.objects.count() == 0


def test_nothing_unread_is_no_letter(reader, told):
    read_notifications(user=reader)

    assert at_eight(reader) == 1
    assert Mail.objects.count() == 0


def test_a_letter_is_in_the_language_of_its_reader(reader, told):
    User.objects.filter(pk=reader.pk).update(language="nl")

    at_eight(reader)

    letter = Mail.objects.get()
    assert letter.subject == "1 ding ongelezen"
    assert "Het is aan jou gegeven" in letter.body


def test_who_chose_none_gets_none(reader, told, as_client):
    assert as_client(reader).patch(WHERE, {"letter_at": None}, JSON).status_code == 200

    assert notification_letters.send_due() == 0
    assert NotificationSetting.objects.get(user=reader).letter_next_at is None


def test_somebody_without_an_address_is_told_so(as_client, bo):
    answer = as_client(bo).patch(WHERE, {"letter_at": "08:00"}, JSON)

    assert answer.status_code == 422
    assert answer.json()["errors"]["letter_at"]
    assert as_client(bo).get(WHERE).json()["letter_at"] is None


def test_other_choices_do_not_move_the_letter(reader, as_client):
    before = NotificationSetting.objects.get(user=reader).letter_next_at

    as_client(reader).patch(WHERE, {"desktop": True}, JSON)

    assert NotificationSetting.objects.get(user=reader).letter_next_at == before
