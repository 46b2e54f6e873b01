"""Whatever changes what was added up is noticed, also while it is added up."""

import threading
import time
from datetime import UTC, timedelta

import pytest
from django.db import connection, transaction

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from tests.webcare.rolls.turns import (
    CHANGES,
    RESPONSES,
    START,
    everything,
    roll_all,
    roll_all_marked,
    scope,
)
from webcare.actions import rolls
from webcare.domain.reports import By
from webcare.models import Ending, Mark, Roll, Turn
from webcare.queries.cells import read
from webcare.queries.measures.all import ROLLED
from webcare.queries.rolls import Span, begin_of, day_of, hours_of, plan
from webcare.queries.rolls_due import days_due, hours_due, hours_kept

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_what_was_added_up_is_in_the_next_report(make_turns, change):
    turns = make_turns(6, 60)
    roll_all()
    [turn] = Turn.objects.filter(pk__in=[t.pk for t in turns if t.answered_by])[30:31]

    CHANGES[change](turn)
    found = [
        read(RESPONSES, scope(view=view), By.QUEUE) for view in ("cohort", "event")
    ]
    now = [
        read(RESPONSES, scope(view=view, exact=True), By.QUEUE)
        for view in ("cohort", "event")
    ]
    assert [list(map(everything, rows)) for rows in found] == [
        list(map(everything, rows)) for rows in now
    ]
    assert Mark.objects.filter(measure="responses").exists()

    roll_all_marked()

    assert not Mark.objects.filter(measure="responses").exists()
    again = [
        read(RESPONSES, scope(view=view), By.QUEUE) for view in ("cohort", "event")
    ]
    assert [list(map(everything, rows)) for rows in again] == [
        list(map(everything, rows)) for rows in now
    ]


def test_what_is_younger_than_two_hours_is_neither_marked_nor_added_up(make_turns):
    [turn] = [t for t in make_turns(7, 7) if t.outcome != "waiting"]
    Mark.objects.all().delete()
    now = database_now()
    Turn.objects.filter(pk=turn.pk).update(
        started_at=now - timedelta(minutes=119), ended_at=now - timedelta(minutes=90)
    )

    assert not Mark.objects.filter(quarter__gt=now - timedelta(days=2)).exists()
    over = now - timedelta(hours=2)
    assert begin_of(max(days_due(RESPONSES, "cohort"))) + timedelta(days=1) < over
    due = hours_due(RESPONSES, "cohort")
    assert over - timedelta(hours=3) < due[max(due)][-1].end < over


def test_a_change_leaves_the_other_hours_of_its_day_added_up(make_turns):
    turns = make_turns(6, 60)
    roll_all()
    turn = next(t for t in turns if t.answered_by)
    day = day_of(turn.started_at)
    hours = hours_of(day)
    rolls.roll_hours(RESPONSES, "cohort", {day: hours})
    period = Span(begin_of(day), begin_of(day + timedelta(days=1)))

    CHANGES["put elsewhere"](turn)
    asked = scope(period=period)
    [left] = plan(RESPONSES, "cohort", period, asked.as_of).spans
    assert left in hours and left.start <= turn.started_at < left.end
    true = read(RESPONSES, scope(period=period, exact=True), By.QUEUE)
    assert list(map(everything, read(RESPONSES, asked, By.QUEUE))) == list(
        map(everything, true)
    )

    assert rolls.roll_days(RESPONSES, "cohort", [day]) == 1
    kept = hours_kept(RESPONSES, "cohort", day, day)[day]
    assert set(hours) - kept == {left}
    CHANGES["taken up"](turn)
    assert rolls.roll_hours(RESPONSES, "cohort", {day: [left]}) == 1
    assert not Roll.objects.filter(start=day, view="cohort", grain="day").exists()
    true = read(RESPONSES, scope(period=period, exact=True), By.QUEUE)
    assert list(map(everything, read(RESPONSES, scope(period=period), By.QUEUE))) == (
        list(map(everything, true))
    )


@pytest.mark.django_db(transaction=True)
def test_a_fact_that_commits_while_its_day_is_added_up_is_not_lost(make_turns):
    turns = make_turns(10, 60)
    roll_all()
    turn = next(t for t in turns if t.answered_by)
    day = turn.started_at.astimezone(UTC).date()
    written, added = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            CHANGES["corrected"](turn)
            written.set()
            added.wait(10)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(10)
    for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
        rolls.roll_days(RESPONSES, "cohort", [near])
    added.set()
    writer.join()

    def facts(**given):
        return list(map(everything, read(RESPONSES, scope(**given), None)))

    assert facts() == facts(exact=True)
    roll_all_marked()
    assert not Mark.objects.filter(measure="responses").exists()
    assert facts() == facts(exact=True)


@pytest.mark.django_db(transaction=True)
def test_as_of_a_moment_a_report_says_what_it_said_then(make_turns, power_queue):
    turns = make_turns(12, 80)
    roll_all()
    asked = [
        (scope(view=view), by) for view in ("cohort", "event") for by in (None, *By)
    ]
    said = [read(RESPONSES, way, by) for way, by in asked]

    ended = [t for t in turns if t.answered_by]
    for turn, change in zip(ended, CHANGES, strict=False):
        if change != "removed":
            CHANGES[change](turn)
    waiting = Turn.objects.filter(outcome="waiting").order_by("pk")
    late = waiting[0]
    Turn.objects.filter(pk=late.pk).update(
        outcome="answered",
        ended_at=late.started_at + timedelta(seconds=30),
        calendar_seconds=30,
        queue=power_queue,
    )
    Turn.objects.filter(pk=waiting[0].pk).update(started_at=START + timedelta(days=1))
    assert [read(RESPONSES, way, by) for way, by in asked] == said
    roll_all_marked()
    roll_all()

    assert [read(RESPONSES, way, by) for way, by in asked] == said
    now = [read(RESPONSES, scope(view=way.view), by) for way, by in asked]
    assert now != said


@pytest.mark.django_db(transaction=True)
def test_what_is_decided_later_marks_its_day_for_then(make_ticket, ada):
    """Opened a month ago, and resolved so that it is decided in some seconds."""
    measure, ticket = ROLLED["first_contacts"], make_ticket()
    now = database_now()
    opened, ended = now - timedelta(days=30), now - timedelta(days=7, seconds=-4)
    with transaction.atomic():
        fetch("SET LOCAL session_replication_role = replica", [])
        Turn.objects.update(
            outcome="answered",
            started_at=opened,
            ended_at=ended,
            end_known_at=ended,
            calendar_seconds=60,
            answered_by=ada,
        )
    Ending.objects.create(
        ticket=ticket,
        channel=ticket.channel,
        opened_at=opened,
        at=ended,
        known_at=ended,
        number=1,
        outcome="answered",
        calendar_seconds=60,
        priority="normal",
    )
    day = day_of(opened)
    Mark.objects.exclude(measure=measure.name).delete()

    def answered():
        asked = scope(period=Span(opened, now), view="cohort", as_of=database_now())
        return sum(row.counts["answered"] for row in read(measure, asked, None))

    assert rolls.roll_days(measure, "cohort", [day]) == 1
    assert (answered(), Mark.objects.get().at) == (0, ended + timedelta(days=7))
    time.sleep((ended + timedelta(days=7) - database_now()).total_seconds() + 0.1)
    assert answered() == 1
    assert rolls.roll_days(measure, "cohort", [day]) == 1
    assert (answered(), Mark.objects.count()) == (1, 0)
