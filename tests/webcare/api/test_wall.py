"""Figures for a screen on the wall, over the API."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from webcare.actions.calendars import make_calendar
from webcare.domain.permissions import Role
from webcare.models import Clock, Membership, Presence, Queue, Ticket, Turn, User

ZONE = ZoneInfo("Europe/Amsterdam")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@pytest.fixture
def look(as_client):
    """What somebody sees on the wall, and the lines of the queues by name."""

    def look(user):
        answer = as_client(user).get("/api/v1/reports/live")
        assert answer.status_code == 200, answer.content
        body = answer.json()
        lines = {one["queue"] and one["queue"]["slug"]: one for one in body["queues"]}
        return body, lines

    return look


def since(ticket, **fields):
    Ticket.objects.filter(pk=ticket.pk).update(**fields)


def midnight():
    here = timezone.now().astimezone(ZONE)
    return datetime.combine(here.date(), time.min, tzinfo=ZONE)


def answered(ticket, ended_at, seconds=60, number=1):
    """A turn that was answered at this moment."""
    Turn.objects.filter(ticket=ticket, outcome="waiting").update(
        outcome="answered",
        number=number,
        ended_at=ended_at,
        end_known_at=ended_at,
        calendar_seconds=seconds,
        queue=ticket.queue_id,
    )


def test_an_empty_desk_has_lines_of_nothing(look, lena, shop_queue):
    body, lines = look(lena)

    nothing = {
        "open": 0,
        "waiting": 0,
        "waiting_ages": [
            {"above": 0, "up_to": 900, "tickets": 0},
            {"above": 900, "up_to": 3_600, "tickets": 0},
            {"above": 3_600, "up_to": 14_400, "tickets": 0},
            {"above": 14_400, "up_to": 86_400, "tickets": 0},
            {"above": 86_400, "up_to": None, "tickets": 0},
        ],
        "oldest_waiting": None,
        "due_within_hour": 0,
        "breached_today": 0,
        "answered_today": 0,
        "agents_present": 0,
        "load": 0,
        "capacity": 0,
        "expected_waiting_seconds": None,
    }
    assert body["total"] == nothing
    assert lines["shop"] == {"queue": {"slug": "shop", "name": "Shop"}, **nothing}
    assert datetime.fromisoformat(body["day_began_at"]) == midnight()


def test_those_who_wait_are_counted_by_how_long(look, lena, make_ticket):
    now = timezone.now()
    waits = [timedelta(minutes=14), timedelta(minutes=16), timedelta(hours=5)]
    waits += [timedelta(hours=23), timedelta(days=2)]
    for wait in waits:
        since(make_ticket(), waiting_since=now - wait)

    body, lines = look(lena)

    ages = [one["tickets"] for one in lines["shop"]["waiting_ages"]]
    assert ages == [1, 1, 0, 2, 1]
    assert sum(ages) == lines["shop"]["waiting"]
    assert [one["tickets"] for one in body["total"]["waiting_ages"]] == ages


def test_open_and_waiting_are_told_apart_and_the_oldest_is_named(
    look, lena, make_ticket
):
    now = timezone.now()
    oldest, younger, parked, done = (make_ticket() for _ in range(4))
    since(oldest, waiting_since=now - timedelta(hours=3))
    since(younger, waiting_since=now - timedelta(minutes=5))
    since(parked, status="pending", waiting_since=None)
    since(
        done,
        status="closed",
        resolved_at=now,
        resolution="answered",
        resolution_seconds=1,
    )

    body, lines = look(lena)

    shop = lines["shop"]
    assert (shop["open"], shop["waiting"]) == (3, 2)
    assert shop["oldest_waiting"]["ticket"] == str(oldest.public_id)
    assert shop["oldest_waiting"]["number"] == oldest.number
    assert 3 * 3600 <= shop["oldest_waiting"]["seconds"] < 3 * 3600 + 60
    assert body["total"]["oldest_waiting"] == shop["oldest_waiting"]


def test_what_is_due_within_the_hour_is_neither_late_nor_later(look, lena, make_ticket):
    now = timezone.now()
    for minutes in (-1, 30, 59, 62):
        since(make_ticket(), due_at=now + timedelta(minutes=minutes))

    assert look(lena)[1]["shop"]["due_within_hour"] == 2


def test_a_breach_counts_when_its_time_passes_on_the_day_of_the_desk(
    look, lena, make_ticket
):
    now, day = timezone.now(), midnight()
    for breached_at in (day - timedelta(seconds=1), day, now, None):
        ticket = make_ticket()
        Clock.objects.filter(ticket=ticket).update(breached_at=None, next_at=None)
        clock = Clock.objects.filter(ticket=ticket).first()
        Clock.objects.filter(pk=clock.pk).update(breached_at=breached_at)

    body, lines = look(lena)

    # Nobody has answered these: they count all the same.
    assert lines["shop"]["breached_today"] == body["total"]["breached_today"] == 2


def test_answers_of_today_are_counted_by_the_queue_that_gave_them(
    look, lena, root, make_ticket, power_queue
):
    day = midnight()
    for ended_at in (day - timedelta(seconds=1), day, timezone.now()):
        answered(make_ticket(), ended_at)
    moved = make_ticket()
    answered(moved, timezone.now())
    since(moved, queue=power_queue)

    assert look(lena)[1]["shop"]["answered_today"] == 3
    assert look(root)[0]["total"]["answered_today"] == 3


def be_there(user, state="present", ago=0, capacity=5):
    seen = timezone.now() - timedelta(seconds=ago)
    Presence.objects.update_or_create(
        user=user, defaults={"state": state, "seen_at": seen}
    )
    User.objects.filter(pk=user.pk).update(capacity=capacity)


def test_agents_are_present_with_what_they_have_and_may_have(
    look, lena, ada, bo, make_ticket, power_queue
):
    be_there(ada, capacity=4)
    be_there(bo, ago=100)  # no sign of life
    elsewhere = User.objects.create_user("eva")
    Membership.objects.create(user=elsewhere, queue=power_queue, role=Role.AGENT)
    be_there(elsewhere)
    listener = User.objects.create_user("kim")
    Membership.objects.create(user=listener, queue=None, role=Role.LISTENER)
    be_there(listener)
    held, parked = make_ticket(), make_ticket()
    since(held, status="open", agent=ada)
    since(parked, status="pending", agent=ada)

    body, lines = look(lena)

    shop = lines["shop"]
    assert (shop["agents_present"], shop["load"], shop["capacity"]) == (1, 1.0, 4)
    assert body["agents"] == [
        {"id": str(ada.public_id), "name": "Ada", "load": 1.0, "capacity": 4}
    ]


def test_somebody_of_several_queues_is_one_in_the_total(
    look, root, ada, shop_queue, power_queue
):
    Membership.objects.create(user=ada, queue=power_queue, role=Role.AGENT)
    be_there(ada)

    body, lines = look(root)

    assert lines["shop"]["agents_present"] == lines["power"]["agents_present"] == 1
    assert body["total"]["agents_present"] == 1


def test_who_may_not_see_people_sees_how_many_and_no_names(look, ada, bo):
    be_there(bo)

    body, lines = look(ada)

    assert body["agents"] is None
    assert lines["shop"]["agents_present"] == 1
    assert "Bo" not in str(body)


def test_one_sees_the_queues_in_which_one_may_see_reports(
    look, lena, ada, make_ticket, power_queue, as_client, cas
):
    elsewhere = make_ticket()
    since(elsewhere, queue=power_queue, waiting_since=timezone.now())
    make_ticket()

    body, lines = look(lena)

    assert set(lines) == {"shop"}
    assert body["total"]["open"] == 1
    assert str(elsewhere.public_id) not in str(body)
    assert as_client(cas).get("/api/v1/reports/live").status_code == 403


def test_what_waits_to_be_routed_is_seen_by_those_who_see_all(
    look, root, lena, make_ticket
):
    since(make_ticket(), queue=None)

    body, lines = look(root)

    assert lines[None]["open"] == body["total"]["open"] == 1
    assert None not in look(lena)[1]


def test_waiting_is_expected_by_the_answers_of_the_last_two_hours(
    look, lena, make_ticket
):
    now = timezone.now()
    for minutes in (10, 30, 50, 70, 90, 110, 130):  # the last is too long ago
        ticket = make_ticket()
        answered(ticket, now - timedelta(minutes=minutes))
        since(ticket, waiting_since=None)
    for _ in range(2):
        since(make_ticket(), waiting_since=now)

    # Six answers in two hours: one in twenty minutes, and two are ahead.
    assert look(lena)[1]["shop"]["expected_waiting_seconds"] == 3 * 20 * 60


def test_with_too_few_answers_nothing_is_expected(look, lena, make_ticket):
    for _ in range(4):
        answered(make_ticket(), timezone.now())

    assert look(lena)[1]["shop"]["expected_waiting_seconds"] is None


def test_closed_hours_are_waited_through(look, lena, root, make_ticket, shop_queue):
    here = timezone.now().astimezone(ZONE)
    closed = here.replace(second=0, microsecond=0) + timedelta(minutes=10)
    until = closed + timedelta(hours=1)
    calendar = make_calendar(
        user=root,
        slug="day",
        name="Day",
        definition={
            "time_zone": "Europe/Amsterdam",
            "week": dict.fromkeys(WEEK, [{"from": "00:00", "until": "24:00"}]),
            "extras": [
                {
                    "open": False,
                    "from": closed.strftime("%Y-%m-%dT%H:%M"),
                    "until": until.strftime("%Y-%m-%dT%H:%M"),
                    "reason": "Meeting",
                }
            ],
        },
    )
    Queue.objects.filter(pk=shop_queue.pk).update(calendar=calendar)
    for _ in range(6):
        ticket = make_ticket()
        answered(ticket, timezone.now())
        since(ticket, waiting_since=None)

    # One answer in twenty minutes; half of that comes before the meeting.
    assert look(lena)[1]["shop"]["expected_waiting_seconds"] == 20 * 60 + 3600


def test_the_wall_costs_the_same_statements_whatever_there_is(
    as_client, root, make_ticket, django_assert_max_num_queries
):
    client = as_client(root)
    client.get("/api/v1/reports/live")
    for number in range(5):
        Queue.objects.create(slug=f"q{number}", name=f"Q{number}")
        make_ticket()

    # Authentication, rights, time, counts, people, queues, calendars.
    with django_assert_max_num_queries(8):
        assert client.get("/api/v1/reports/live").status_code == 200
