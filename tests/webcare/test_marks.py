"""Whatever happens to what was added up, every report says what the facts say."""

from collections import defaultdict
from datetime import timedelta
from functools import cache
from itertools import groupby

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models import Message
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from tests.webcare.test_facts import Story
from webcare.actions import rolls
from webcare.actions.tickets import claim_ticket, route_ticket
from webcare.domain.reports import By
from webcare.models import (
    Annoyance,
    Mark,
    Roll,
    Survey,
    TicketEvent,
    TicketMessage,
)
from webcare.queries.cells import read
from webcare.queries.measures.all import ROLLED
from webcare.queries.rolls import Span
from webcare.queries.rolls_due import days_due, hours_due
from webcare.queries.scopes import Scope

pytestmark = pytest.mark.django_db
DAYS = 12
DAYS_OF_EVIDENCE = 7
HOLDING = 3  # how a story's reply says that we look into it


class Longer(Story):
    """With all that shares and work are made of as well."""

    def claim(self, which, who):
        if ticket := self.ticket(which, status__in=["new", "open"], agent=None):
            claim_ticket(ticket=ticket, user=self.people[who % len(self.people)])

    def route(self, which):
        if ticket := self.ticket(which, status__in=["new", "open"]):
            route_ticket(ticket=ticket, user=self.people[0], queue=self.other)

    def watch(self, late):
        at = timezone.now() - timedelta(days=late)
        self.hear(self.forum, self.item(posted_at=at.isoformat()))

    def annoy(self, thread):
        self.hear(self.shop, self.item(text="Laat me met rust!", thread=f"t-{thread}"))

    def score(self, which, score):
        ticket = self.ticket(which)
        event = TicketEvent.objects.filter(ticket=ticket).latest("pk")
        if Survey.objects.filter(author=ticket.author).exists():
            return  # nobody is asked twice in 30 days
        asked = Survey.objects.create(
            ticket=ticket,
            event=event,
            ended_at=timezone.now(),
            author=ticket.author,
            channel=ticket.channel,
            queue=ticket.queue,
            priority="normal",
            language="nl",
            state="asked",
            due_at=timezone.now(),
            asked_at=timezone.now(),
        )
        Survey.objects.filter(pk=asked.pk).update(
            state="answered", score=score, answered_at=timezone.now()
        )


_SOME = st.integers(0, 9)
STEPS = st.one_of(
    st.tuples(st.just("ask"), st.integers(0, 2), st.sampled_from([0, 200_000])),
    st.tuples(st.just("thank"), st.integers(0, 2)),
    st.tuples(st.just("annoy"), st.integers(0, 2)),
    st.tuples(st.just("answer_elsewhere"), st.integers(0, 2)),
    st.tuples(st.just("watch"), st.sampled_from([0, 3])),
    *[st.tuples(st.just("reply"), _SOME, _SOME)] * 2,
    *[
        st.tuples(st.just(name), _SOME)
        for name in ("resolve", "undo", "reopen", "unmerge", "route")
    ],
    *[
        st.tuples(st.just(name), _SOME, _SOME)
        for name in ("decide", "prioritise", "merge", "split", "claim")
    ],
    st.tuples(st.just("score"), _SOME, st.sampled_from([1, 5])),
)


@pytest.fixture
def story(hear, item, pump, shop, forum, root, lena, delivery_topic, power_queue):
    def begin():
        told = Longer(hear, item, pump, shop, [root, root])
        told.forum, told.other = forum, power_queue
        return told

    return begin


@cache
def moments():
    """Which columns of each table say when something was."""
    columns = defaultdict(list)
    for table, column in fetch(
        """SELECT c.table_name, c.column_name FROM information_schema.columns c
             JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
              AND c.data_type = 'timestamp with time zone'
              AND c.is_generated = 'NEVER'""",
        [],
    ):
        columns[table].append(column)
    return columns


@transaction.atomic
def age(days):
    """Let so many days have passed since everything that ever happened."""
    fetch("SET LOCAL session_replication_role = replica", [])
    for table, names in moments().items():
        moved = ", ".join(f'"{n}" = "{n}" - interval \'{days} days\'' for n in names)
        fetch(f'UPDATE "{table}" SET {moved}', [])
    fetch("SET LOCAL session_replication_role = origin", [])


def roll_all():
    """All of it, a month of days or of their hours in one statement."""
    for measure in ROLLED.values():
        for view in measure.views:
            months = by_month(days_due(measure, view))
            for days in months:
                rolls.roll_days(measure, view, days)
            rolls.roll_months(
                measure, view, [days[0].replace(day=1) for days in months]
            )
            hours = hours_due(measure, view)
            for days in by_month(hours):
                rolls.roll_hours(measure, view, {day: hours[day] for day in days})


def by_month(days):
    return [list(some) for _, some in groupby(sorted(days), lambda d: d.replace(day=1))]


def said(exact, as_of):
    """Every measure, by everything: what is counted, who waits, and how long."""
    now = timezone.now()
    period = Span(now - timedelta(days=DAYS + 20), now + timedelta(days=1))
    found = {}
    for name, measure in ROLLED.items():
        for view in measure.views:
            scope = Scope(None, period, as_of, view=view, exact=exact)
            for by in (By.QUEUE, By.TOPIC, By.AGENT, By.PRIORITY, By.DAY):
                found[name, view, by] = [
                    (row.key, row.counts, row.ended, row.waiting, row.longest)
                    for row in read(measure, scope, by)
                ]
    return found


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    before=st.lists(STEPS, min_size=2, max_size=10),
    after=st.lists(STEPS, min_size=1, max_size=8),
)
def test_every_change_of_what_was_added_up_is_noticed(story, before, after):
    with transaction.atomic():
        told = story()
        for step, *args in before:
            getattr(told, step)(*args)
        age(DAYS)
        roll_all()
        assert Roll.objects.exists()
        for step, *args in after:
            getattr(told, step)(*args)
        now = database_now()
        assert said(False, now) == said(True, now)
        roll_all()
        now = database_now()
        assert said(False, now) == said(True, now)
        transaction.set_rollback(True)


def note_annoyance(told):
    thanks = Message.objects.get(text="Thank you!")
    Annoyance.objects.create(
        message=thanks, author=thanks.author, why="stop", edition=1
    )


def take_up_thanks(told):
    said = TicketMessage.objects.filter(message__direction="in")
    names = list(said.order_by("pk").values_list("message__text", flat=True))
    told.decide(names.index("Thank you!"), 1)


ALONE = {
    "annoyed": note_annoyance,
    "scored": lambda told: told.score(1, 5),
    "claimed": lambda told: told.claim(0, 0),
    "routed": lambda told: told.route(0),
    "decided": lambda told: told.decide(0, 0),
    "taken up": take_up_thanks,
    "opened again": lambda told: told.reopen(0),
    "put together": lambda told: told.merge(0, 1),
    "put first": lambda told: told.prioritise(0, 3),
    "heard late": lambda told: told.watch(3),
    "asked late": lambda told: told.ask(0, 200_000),
    "asked late after": lambda told: (told.ask(3, 0), told.ask(3, 200_000)),
}


@pytest.mark.parametrize("change", ALONE)
def test_one_change_is_in_the_next_report(story, change):
    told = story()
    told.reply(0, 1)
    told.reply(1, 2)
    told.thank(0)
    age(DAYS_OF_EVIDENCE - 3)
    roll_all()
    Mark.objects.all().delete()
    before = said(True, database_now())

    ALONE[change](told)
    now = database_now()
    exact = said(True, now)
    assert said(False, now) == exact
    later = now + timedelta(days=5)  # what is promised is late, what can come has not
    assert said(False, later) == said(True, later)
    assert _counted(exact) != _counted(before)


def _counted(found):
    """Without how long the longest waits: that changes by itself."""
    return {key: [row[:-1] for row in rows] for key, rows in found.items()}


@pytest.mark.django_db(transaction=True)
def test_as_of_a_moment_shares_say_what_they_said_then(story):
    """Corrections, merges and words that come later change nothing of it."""
    told = story()
    told.reply(0, 1)
    told.thank(0)
    told.watch(3)
    age(DAYS)
    roll_all()
    then = database_now()
    names = ("response_rate", "added_value")
    before = {key: rows for key, rows in said(False, then).items() if key[0] in names}

    for step, *args in (
        *(("decide", 0, 0), ("decide", 1, 1), ("merge", 0, 1), ("annoy", 1)),
        *(("reply", 1, 2), ("prioritise", 0, 3), ("route", 0), ("ask", 2, 200_000)),
    ):
        getattr(told, step)(*args)
    roll_all()

    again = {key: rows for key, rows in said(False, then).items() if key[0] in names}
    assert again == before
    now = said(False, database_now())
    assert {key: rows for key, rows in now.items() if key[0] in names} != before


def test_who_was_acknowledged_and_waits_on_is_where_the_ticket_is(story):
    told = story()
    told.reply(0, HOLDING)
    age(DAYS)
    roll_all()
    key = "acknowledgements", "event", By.QUEUE
    before = said(True, database_now())[key]

    told.route(0)
    now = database_now()
    exact = said(True, now)
    assert said(False, now) == exact
    assert [row[0] for row in exact[key]] != [row[0] for row in before]
