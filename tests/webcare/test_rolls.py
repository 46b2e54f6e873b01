"""What is added up says what the facts say, and whatever changes them is noticed."""

import threading
import time
import warnings
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models import Author, Thread
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import rolls
from webcare.domain.histograms import ERROR, rounded
from webcare.domain.reports import EDGES, PERCENTILES, By
from webcare.models import (
    Cell,
    Ending,
    HourCell,
    Mark,
    Ongoing,
    Roll,
    Ticket,
    Turn,
)
from webcare.queries.cells import Scope, read
from webcare.queries.measures.all import ROLLED
from webcare.queries.rolls import Span, begin_of, day_of, hours_of, plan
from webcare.queries.rolls_due import days_due, hours_due, hours_kept

pytestmark = pytest.mark.django_db

RESPONSES = ROLLED["responses"]
# A whole month, the night on which the clock changes, ragged ends.
START = datetime(2026, 3, 25, 9, 30, tzinfo=UTC)
DAYS = 40
LENGTHS = [0, 1, 60, 224, 226, 451, 899, 900, 901, 3_600, 3_601, 12_345, 86_400, 90_001]


@pytest.fixture
def make_turns(shop, forum, shop_queue, power_queue, delivery_topic, ada, bo):
    """Make so many turns, from a seed; some wait, each on a ticket of its own."""

    def make(seed, count):
        chance = Random(seed)
        tickets = [
            _ticket(f"{seed}-{n}", shop, queue)
            for n, queue in enumerate([shop_queue, power_queue] * 3)
        ]
        turns = [
            _turn(chance, n, tickets, (shop, forum), (delivery_topic, None), (ada, bo))
            for n in range(1, count + 1)
        ]
        return Turn.objects.bulk_create(turns)

    return make


def _ticket(name, channel, queue):
    author = Author.objects.create(channel=channel, external_id=name)
    thread = Thread.objects.create(channel=channel, key=name, visibility="public")
    return Ticket.objects.create(
        thread=thread,
        author=author,
        channel=channel,
        queue=queue,
        status="open",
        opened_at=START,
        last_message_at=START,
    )


def _turn(chance, number, tickets, channels, topics, people):
    waits = number <= len(tickets)
    ticket = tickets[number - 1] if waits else chance.choice(tickets)
    started = START + timedelta(seconds=chance.randrange(DAYS * 86_400))
    seconds = chance.choice([*LENGTHS, chance.randrange(200_000)])
    answered = chance.random() < 0.8
    facts = {"outcome": "waiting"}
    if not waits:
        facts = {
            "outcome": "answered" if answered else "left",
            "ended_at": started + timedelta(seconds=seconds),
            "calendar_seconds": seconds,
            "business_seconds": seconds // 3,
            "in_hours": chance.random() < 0.7,
            "answered_by": chance.choice(people) if answered else None,
            "queue": ticket.queue,
            "topic": chance.choice(topics),
            "priority": chance.choice(["low", "normal", "urgent"]),
        }
    known = started + timedelta(seconds=5)
    return Turn(
        ticket=ticket,
        number=number,
        channel=chance.choice(channels),
        started_at=started,
        start_known_at=known,
        known_from=known,
        **facts,
    )


def scope(**given):
    period = Span(START, START + timedelta(days=DAYS))
    return Scope(**{"queues": None, "period": period, "as_of": database_now()} | given)


def roll_all():
    """Every day and month in which there is something, from nothing."""
    last = (START + timedelta(days=DAYS + 4)).date()
    for view in RESPONSES.views:
        by_month = defaultdict(list)
        for day in days_due(RESPONSES, view):
            if day <= last:
                by_month[day.replace(day=1)].append(day)
        for days in by_month.values():
            rolls.roll_days(RESPONSES, view, days)
        rolls.roll_months(RESPONSES, view, list(by_month))


def everything(row):
    """All but the percentiles, which are rounded, and waits, which go on."""
    return (row.key, row.counts, row.ended, row.waiting, row.buckets)


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
        now = Scope(**{**_fields(way), "as_of": later})
        chosen = plan(RESPONSES, view, now.period, later)
        assert len(chosen.rolls) >= 10 and len(chosen.spans) == 2
        again = [read(RESPONSES, now, by) for by in (None, *By)]
        assert [[_still(row) for row in rows] for rows in again] == [
            [_still(row) for row in rows] for rows in found
        ]


def _fields(way):
    return {name: getattr(way, name) for name in way.__slots__}


def _still(row):
    """All of a row but how long those who wait have waited by now."""
    return (row.key, row.counts, row.ended, row.waiting, row.buckets, row.percentiles)


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


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(0, 10_000),
    size=st.integers(1, 120),
    by=st.sampled_from([None, *By]),
    clock=st.sampled_from(["calendar", "business"]),
    start=st.integers(0, 20),
    length=st.integers(1, 30),
)
def test_whatever_is_added_up_is_off_by_no_more_than_is_said(
    make_turns, seed, size, by, clock, start, length
):
    """Counts, sums and waits are exact; an ended length is its rounded self."""
    begin = START + timedelta(days=start, seconds=seed)
    period = Span(begin, begin + timedelta(days=length))
    with transaction.atomic():
        make_turns(seed, size)
        roll_all()
        now = database_now()
        rolled = read(RESPONSES, scope(period=period, as_of=now, clock=clock), by)
        exact = scope(period=period, as_of=now, clock=clock, exact=True)
        true = read(RESPONSES, exact, by)
        _round_all()
        expected = read(RESPONSES, exact, by)
        transaction.set_rollback(True)

    assert [everything(row) for row in rolled] == [everything(row) for row in true]
    assert [row.percentiles for row in rolled] == [r.percentiles for r in expected]


def _round_all():
    """Give every ended turn the length that its bucket stands for, as if always so."""
    fetch("SELECT set_config('webcare.rebuilding', 'on', true)", [])
    for turn in Turn.objects.exclude(outcome="waiting"):
        Turn.objects.filter(pk=turn.pk).update(
            calendar_seconds=rounded(turn.calendar_seconds),
            business_seconds=rounded(turn.business_seconds),
        )


def test_percentiles_of_those_who_ended_are_off_by_no_more_than_is_said(make_turns):
    make_turns(3, 500)
    Turn.objects.filter(outcome="waiting").update(started_at=START - timedelta(days=9))
    roll_all()
    now = database_now()

    [shown] = read(RESPONSES, scope(as_of=now), None)
    [true] = read(RESPONSES, scope(as_of=now, exact=True), None)

    for one, other in zip(shown.percentiles, true.percentiles, strict=True):
        assert abs(one - other) <= ERROR * other


@pytest.mark.parametrize("seed", range(4))
def test_percentiles_equal_those_of_statsmodels(make_turns, seed):
    turns = make_turns(seed, 150)
    as_of = START + timedelta(days=DAYS)

    found = read(RESPONSES, scope(as_of=as_of, exact=True), By.CHANNEL)

    for row in found:
        mine = [turn for turn in turns if turn.channel_id == row.key]
        assert list(row.percentiles) == _by_statsmodels(mine, as_of)


def _by_statsmodels(turns, as_of):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.duration.survfunc import SurvfuncRight
    known = [t for t in turns if t.outcome != "left" and t.started_at < as_of]
    late = [t.ended_at is None or t.known_from > as_of for t in known]
    lengths = [
        int((as_of - t.started_at).total_seconds()) if is_late else t.calendar_seconds
        for t, is_late in zip(known, late, strict=True)
    ]
    curve = SurvfuncRight(lengths, [not is_late for is_late in late])
    steps = list(zip(curve.surv_times, curve.surv_prob, strict=True))
    return [
        next((int(t) for t, left in steps if left <= 1 - p / 100 + 1e-9), None)
        for p in PERCENTILES
    ]


def test_buckets_are_counted_to_the_second(make_turns):
    turns = [t for t in make_turns(5, 300) if t.outcome == "answered"]
    roll_all()

    [row] = read(RESPONSES, scope(), None)

    lengths = [turn.calendar_seconds for turn in turns]
    ends = [-1, *EDGES, 10**9]
    assert list(row.buckets) == [
        sum(low < length <= high for length in lengths)
        for low, high in zip(ends, ends[1:], strict=False)
    ]
    assert row.counts["calendar_sum"] == sum(lengths)
    assert Fraction(row.counts["answered"]) == len(turns)


CHANGES = {
    "corrected": lambda turn: Turn.objects.filter(pk=turn.pk).update(
        calendar_seconds=7, ended_at=turn.started_at + timedelta(seconds=7)
    ),
    "begun earlier": lambda turn: Turn.objects.filter(pk=turn.pk).update(
        started_at=turn.started_at - timedelta(days=2)
    ),
    "put elsewhere": lambda turn: Turn.objects.filter(pk=turn.pk).update(queue=None),
    "taken up": lambda turn: Turn.objects.filter(pk=turn.pk).update(
        outcome="left", answered_by=None
    ),
    "removed": lambda turn: Turn.objects.filter(pk=turn.pk).delete(),
    "added": lambda turn: _copy(turn),
}


def _copy(turn):
    turn.pk, turn.number = None, turn.number + 1_000
    turn.start_known_at = turn.known_from = database_now()
    turn.save(force_insert=True)


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


def roll_all_marked():
    """The local days of all marks, each once, those of one month together."""
    marked = defaultdict(set)
    for mark in Mark.objects.all():
        day = day_of(mark.quarter)
        marked[mark.measure, mark.view, day.replace(day=1)].add(day)
    for (measure, view, _), days in marked.items():
        rolls.roll_days(ROLLED[measure], view, sorted(days))


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
        now = Scope(**{**_fields(way), "as_of": later})
        chosen = plan(RESPONSES, way.view, way.period, later)
        half = timedelta(minutes=30)
        assert chosen.spans == (Span(START, START + half), Span(end - half, end))
        again = read(RESPONSES, now, by)
        assert [_still(row) for row in again] == [_still(row) for row in found]


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


def test_added_up_from_nothing_the_cells_are_the_same(make_turns):
    make_turns(8, 200)
    roll_all()
    before = cells()

    rolls.forget_all()
    assert not cells()
    roll_all()

    assert cells() == before


def test_the_command_adds_up_whole_months_at_once(make_turns):
    """What has just been added up is not left until it has been in peace for long."""
    make_turns(8, 60)
    call_command("roll_up", stdout=StringIO())

    months = Roll.objects.filter(measure="responses", view="cohort", grain="month")
    assert months.filter(start=date(2026, 4, 1)).exists()


def test_a_check_says_which_days_are_not_what_the_facts_say(make_turns):
    make_turns(8, 60)
    roll_all()
    said = StringIO()
    call_command("roll_up", check=True, stdout=said)
    assert "made again, all the same" in said.getvalue()
    kept = cells()

    wrong = Cell.objects.filter(roll__grain="day").order_by("roll__start").first()
    Cell.objects.filter(pk=wrong.pk).update(counts=[1, 0, 0, 0, 0, 7, 7])
    with pytest.raises(CommandError):
        call_command("roll_up", check=True, stdout=said)

    assert f"{wrong.roll}" in said.getvalue()
    assert len(cells()) == len(kept)


@pytest.mark.parametrize("kept", [HourCell, Ongoing])
def test_a_check_looks_at_hours_and_at_who_goes_on(make_turns, kept):
    turn = next(turn for turn in make_turns(8, 60) if turn.answered_by)
    roll_all()
    day = day_of(turn.started_at)
    rolls.roll_hours(RESPONSES, "cohort", {day: hours_of(day)})
    call_command("roll_up", check=True, stdout=StringIO())

    wrong = kept.objects.order_by("-roll__grain", "pk").first()
    kept.objects.filter(pk=wrong.pk).update(queue=None)
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("roll_up", check=True, stdout=said)

    assert f"{wrong.roll}" in said.getvalue()


def cells():
    rows = fetch(
        """SELECT r.measure, r.view, r.grain, r.start, c.dimension, c.queue, c.key,
                  c.counts, c.calendar_buckets, c.calendar_cases, c.business_buckets,
                  c.business_cases
             FROM webcare_cell c JOIN webcare_roll r ON r.id = c.roll_id
            ORDER BY 1, 2, 3, 4, 5, 6, 7""",
        [],
    )
    return rows


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
def test_one_adds_up_a_month_at_a_time(make_turns):
    make_turns(11, 20)
    day = max(days_due(RESPONSES, "cohort"))
    busy, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            rolls.roll_days(RESPONSES, "cohort", [day])
            busy.set()
            done.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    busy.wait(10)
    made = rolls.roll_days(RESPONSES, "cohort", [day])
    elsewhere = rolls.roll_days(RESPONSES, "event", [day])
    done.set()
    other.join()

    assert (made, elsewhere) == (0, 1)


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
