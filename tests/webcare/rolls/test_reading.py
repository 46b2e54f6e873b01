"""A report reads what is added up, and says what the facts say."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from tests.webcare.rolls.turns import (
    DAYS,
    RESPONSES,
    START,
    everything,
    fields_of,
    roll_all,
    scope,
    still,
)
from webcare.actions import rolls
from webcare.domain.reports import By
from webcare.models import Cell, Ongoing, Roll, Turn
from webcare.queries.cells import read
from webcare.queries.rolls import Span, begin_of, day_of, hours_of, plan
from webcare.queries.rolls_due import days_due
from webcare.queries.scopes import Scope

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("clock", ["calendar", "business"])
@pytest.mark.parametrize("view", ["cohort", "event"])
def test_rolled_up_or_not_a_report_says_the_same(make_turns, view, clock, shop_queue):
    make_turns(1, 400)
    ways = [
        scope(view=view, clock=clock, queues=queues, as_of=as_of)
        for queues in (None, (shop_queue.pk,))
        for as_of in [database_now()]
    ]
    facts = [[read(RESPONSES, way, by) for by in (None, *By)] for way in ways]

    roll_all()
    later = database_now()

    for way, found in zip(ways, facts, strict=True):
        now = Scope(**{**fields_of(way), "as_of": later})
        chosen = plan(RESPONSES, view, now.period, later)
        assert len(chosen.rolls) >= 10 and len(chosen.spans) == 2
        again = [read(RESPONSES, now, by) for by in (None, *By)]
        assert [[still(row) for row in rows] for rows in again] == [
            [still(row) for row in rows] for rows in found
        ]


def test_months_and_days_are_both_read(make_turns):
    make_turns(2, 200)
    roll_all()

    chosen = plan(RESPONSES, "cohort", scope().period, database_now())

    grains = Roll.objects.filter(pk__in=chosen.rolls).values_list("grain", flat=True)
    assert sorted(set(grains)) == ["day", "month"]
    assert chosen.spans == (
        Span(START, begin_of(START.date() + timedelta(days=1))),
        Span(begin_of(scope().period.end.date()), scope().period.end),
    )


def test_ragged_ends_are_read_by_the_hour(make_turns, shop_queue):
    make_turns(13, 400)
    roll_all()
    end = START + timedelta(days=DAYS)
    ways = [
        (scope(view=view, clock=clock, queues=queues, as_of=database_now()), by)
        for view in RESPONSES.views
        for clock in ("calendar", "business")
        for queues in (None, (shop_queue.pk,))
        for by in (None, *By)
    ]
    before = [read(RESPONSES, way, by) for way, by in ways]

    for view in RESPONSES.views:
        for day in (day_of(START), day_of(end)):
            assert rolls.roll_hours(RESPONSES, view, {day: hours_of(day)}) == 24

    later = database_now()
    for (way, by), found in zip(ways, before, strict=True):
        now = Scope(**{**fields_of(way), "as_of": later})
        chosen = plan(RESPONSES, way.view, way.period, later)
        half = timedelta(minutes=30)
        assert chosen.spans == (Span(START, START + half), Span(end - half, end))
        again = read(RESPONSES, now, by)
        assert [still(row) for row in again] == [still(row) for row in found]


def test_hours_end_where_days_end_when_the_clock_changes():
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        spans = hours_of(day)
        assert len(spans) == hours
        assert spans[0].start == begin_of(day)
        assert spans[-1].end == begin_of(day + timedelta(days=1))


def test_who_waits_is_not_looked_up_in_days_that_are_over(make_turns):
    make_turns(14, 60)
    roll_all()
    asked = scope(period=Span(begin_of(date(2026, 3, 26)), begin_of(date(2026, 5, 3))))
    said = read(RESPONSES, asked, By.QUEUE)
    assert sum(row.waiting for row in said) > 1

    with transaction.atomic():
        fetch("SET LOCAL session_replication_role = replica", [])
        Turn.objects.filter(outcome="waiting").delete()
        assert read(RESPONSES, asked, By.QUEUE) == said
        transaction.set_rollback(True)


def test_what_older_code_added_up_is_read_with_those_who_wait_beside_it(make_turns):
    make_turns(15, 60)
    roll_all()
    asked = [(scope(), by) for by in (None, *By)]
    said = [read(RESPONSES, way, by) for way, by in asked]

    Ongoing.objects.all().delete()
    Roll.objects.update(scheme=1)

    assert plan(RESPONSES, "cohort", scope().period, asked[0][0].as_of).rolls
    assert [read(RESPONSES, way, by) for way, by in asked] == said
    assert date(2026, 4, 3) in days_due(RESPONSES, "cohort")


def test_a_roll_of_other_days_than_ours_is_not_read(make_turns, settings):
    make_turns(9, 100)
    roll_all()
    settings.DESK_TIME_ZONE = "Asia/Kathmandu"

    assert plan(RESPONSES, "cohort", scope().period, database_now()).rolls == ()
    assert len(days_due(RESPONSES, "cohort")) > DAYS
    roll_all()

    found = read(RESPONSES, scope(), By.DAY)
    true = read(RESPONSES, scope(exact=True), By.DAY)
    assert list(map(everything, found)) == list(map(everything, true))
    assert Cell.objects.exists()
