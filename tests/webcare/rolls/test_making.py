"""Rolls are made from the facts alone: made again they are the same."""

import threading
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.webcare.rolls.turns import RESPONSES, cells, roll_all
from webcare.actions import roll_removal, rolls
from webcare.models import Cell, HourCell, Ongoing, Roll
from webcare.queries.rolls import day_of, hours_of
from webcare.queries.rolls_due import days_due

pytestmark = pytest.mark.django_db


def test_added_up_from_nothing_the_cells_are_the_same(make_turns):
    make_turns(8, 200)
    roll_all()
    before = cells()

    roll_removal.forget_all()
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
