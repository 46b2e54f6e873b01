"""Whatever happens to a ticket, its clocks say what its log says."""

from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.actions import delivery
from conversations.models import Message
from webcare.actions import breaches, clocks, deciding, endings, parking, priority
from webcare.actions import replies as answers
from webcare.actions import tickets as acts
from webcare.actions.calendars import make_calendar
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority, Verdict
from webcare.exceptions import WebcareError
from webcare.models import Clock, Policy, PolicyVersion, Ticket

pytestmark = pytest.mark.django_db
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Open for two hours and closed for one, whenever this runs.
SHIFTS = [
    {"from": f"{hour:02}:00", "until": f"{hour + 2:02}:00"} for hour in range(0, 24, 3)
]
_keys = count(1)


def promise(definition, name="All", **fields):
    policy = Policy.objects.create(name=name, **fields)
    PolicyVersion.objects.create(policy=policy, number=1, definition=definition)
    return policy


TIGHT = {
    "conditions": {},
    "promises": {
        "first_response": {
            "seconds": 3_600,
            "time": "business",
            "by_priority": {"urgent": 600, "low": 90_000},
            "warnings": [{"fraction": 0.5}, {"before": 300}],
        },
        "next_response": {
            "seconds": 1_800,
            "time": "calendar",
            "pauses_while": ["on_hold", "snoozed"],
        },
        "resolution": {
            "seconds": 14_400,
            "time": "business",
            "by_priority": {"urgent": 1_200, "high": 7_200},
        },
    },
}


class Undone(Exception):
    """Ends the transaction of an example."""


class Life:
    """A ticket, and what can happen to it."""

    def __init__(self, shop, ada, hear, item):
        self.shop, self.ada, self.hear, self.item = shop, ada, hear, item
        self.ticket = None

    def write(self, ago, text="Where is my parcel?"):
        author = {"external_id": "kim", "handle": "kim", "name": "Kim"}
        posted_at = timezone.now() - timedelta(minutes=ago)
        self.hear(
            self.shop,
            self.item(
                text=text, posted_at=posted_at.isoformat(), author=author, thread="one"
            ),
        )
        self.ticket = Ticket.objects.latest("id")

    def do(self, what, ago):
        self.ticket.refresh_from_db()
        given = {"ticket": self.ticket, "user": self.ada}
        later = timezone.now() + timedelta(hours=1)
        done = {
            "write": lambda: self.write(ago),
            "danger": lambda: self.write(ago, "There is a smell of gas here"),
            "thank": lambda: self.write(ago, "Thanks!"),
            "park": lambda: parking.park_ticket(**given, status=Status.PENDING),
            "hold": lambda: parking.park_ticket(**given, status=Status.ON_HOLD),
            "snooze": lambda: parking.snooze_ticket(**given, until=later),
            "resume": lambda: parking.resume_ticket(**given),
            "urgent": lambda: self.press(Priority.URGENT),
            "high": lambda: self.press(Priority.HIGH),
            "low": lambda: self.press(Priority.LOW),
            "answer": lambda: self.answer(Status.PENDING),
            "answer_and_hold": lambda: self.answer(Status.ON_HOLD),
            "answer_and_end": lambda: self.answer(Status.RESOLVED),
            "elsewhere": lambda: self.answer_elsewhere(ago),
            "resolve": lambda: acts.resolve_ticket(**given),
            "undo": lambda: endings.undo_resolve(**given),
            "reopen": lambda: acts.reopen_ticket(**given),
            "let_go": lambda: self.decide(Verdict.IGNORE),
            "take_up": lambda: self.decide(Verdict.ANSWER),
            "tell": breaches.tell_due,
        }
        with suppress(WebcareError), transaction.atomic():
            done[what]()

    def press(self, how):
        priority.set_priority(
            ticket=self.ticket, user=self.ada, priority=how, reason="so"
        )

    def answer(self, then):
        answers.send_reply(
            ticket=self.ticket,
            user=self.ada,
            text="From ten, yes.",
            client_key=f"key-{next(_keys)}",
            then=then,
        )
        delivery.send_due(self.shop.pk)
        self.hear(self.shop)

    def answer_elsewhere(self, ago):
        posted_at = timezone.now() - timedelta(minutes=ago)
        last = Message.objects.filter(direction="in").latest("posted_at")
        self.hear(
            self.shop,
            self.item(
                posted_at=posted_at.isoformat(),
                outbound=True,
                thread="one",
                in_reply_to=last.external_id,
            ),
        )

    def decide(self, verdict):
        last = Message.objects.filter(direction="in").latest("id")
        deciding.decide_on_ticket(
            ticket=self.ticket, user=self.ada, message=last.public_id, verdict=verdict
        )


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("write", "write", "danger", "thank", "park", "hold", "snooze"),
                *("resume", "urgent", "high", "low", "answer", "answer_and_hold"),
                *("answer_and_end", "elsewhere", "resolve", "undo", "reopen"),
                *("let_go", "take_up", "tell"),
            ]
        ),
        st.integers(0, 300),
    ),
    min_size=1,
    max_size=10,
)


@pytest.fixture
def life(shop, ada, lena, root, hear, item, delivery_topic, tmp_path):
    from demo.platform import Platform

    with Platform(tmp_path / "ledger.db", [shop.secret], idempotent=False) as far:
        shop.callback_url = far.callback_url
        shop.public_hold_seconds = 0
        shop.save()
        yield Life(shop, ada, hear, item)


@given(STEPS, st.integers(0, 4_000), st.booleans(), st.booleans())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_clock_says_what_its_log_says(life, root, steps, ago, has_hours, policy):
    with suppress(Undone), transaction.atomic():
        if has_hours:
            make_calendar(
                user=root,
                slug="office",
                name="Office",
                is_default=True,
                definition={"time_zone": "UTC", "week": dict.fromkeys(WEEK, SHIFTS)},
            )
        if policy:
            promise(TIGHT)
        life.write(ago)
        for what, how_long in steps:
            life.do(what, how_long)
            if what == "tell":
                assert clocks.unlike_their_log([life.ticket.pk], by_turns=False) == []
        breaches.tell_due()

        every = list(Ticket.objects.values_list("pk", flat=True))
        assert clocks.unlike_their_log(every, by_turns=False) == []
        for ticket in Ticket.objects.all():
            running = Clock.objects.filter(ticket=ticket, stopped_at=None)
            due = min((one.due_at for one in running if one.due_at), default=None)
            assert ticket.due_at == due
        raise Undone
