"""What is added up is off by no more than is said: lengths by one in a hundred."""

import warnings
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from tests.webcare.rolls.turns import (
    DAYS,
    RESPONSES,
    START,
    everything,
    roll_all,
    scope,
)
from webcare.domain.histograms import ERROR, rounded
from webcare.domain.reports import EDGES, PERCENTILES, By
from webcare.models import Turn
from webcare.queries.cells import read
from webcare.queries.rolls import Span

pytestmark = pytest.mark.django_db


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
