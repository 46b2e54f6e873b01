"""Any past state of a ticket, and any backlog, is what the log alone says it was."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.queries.clock import database_now
from webcare.actions import deciding, endings, merges, parking, replies, tickets
from webcare.actions.measurement import settle_replies
from webcare.actions.priority import set_priority
from webcare.domain.history import Happened, State
from webcare.domain.history import state_at as rebuilt
from webcare.domain.lifecycle import LIVE, Status
from webcare.domain.outcomes import Priority, Resolution, Verdict
from webcare.exceptions import WebcareError
from webcare.models import Reply, Ticket, Topic, TopicRule
from webcare.queries.history import backlog_at, backlog_by_queue, named_state, state_at

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def test_a_state_is_the_last_that_was_said_of_each_fact():
    history = [
        Happened(at(0), {"status": "new", "queue": None, "message": 7}),
        Happened(at(1), {"queue": 3, "why": {"queue": 9}}),
        Happened(at(2), {"status": "open", "agent": 5}),
        Happened(at(3), {"agent": None, "was": 5}),
    ]

    assert rebuilt(history, at(-1)) is None
    assert rebuilt(history, at(0)) == State()
    assert rebuilt(history, at(1)) == State(queue=3)
    assert rebuilt(history, at(2.5)) == State(status="open", queue=3, agent=5)
    assert rebuilt(history, at(9)) == State(status="open", queue=3)


def test_a_state_has_the_names_that_clients_know(ticket, ada):
    before = database_now()
    tickets.claim_ticket(ticket=ticket, user=ada)

    then, now = named_state(ticket.pk, before), named_state(ticket.pk, database_now())

    assert (then.status, then.queue, then.topic, then.agent) == (
        *("new", "shop", "delivery"),
        None,
    )
    assert (now.status, now.agent) == ("open", ada.public_id)
    assert named_state(ticket.pk, before - timedelta(days=1)) is None


def test_a_backlog_has_a_line_for_each_queue_one_may_know_of(
    make_ticket, ada, root, power_queue
):
    make_ticket()
    done = make_ticket()
    before = database_now()
    tickets.resolve_ticket(ticket=done, user=ada)

    assert backlog_by_queue(ada, before) == [("shop", 2)]
    assert backlog_by_queue(root, database_now()) == [
        ("power", 0),
        ("shop", 1),
        ("triage", 0),
    ]


def test_a_backlog_is_one_statement(make_ticket, django_assert_num_queries):
    for _ in range(3):
        make_ticket()
    now = database_now()
    with django_assert_num_queries(1):
        [lay] = backlog_at(None, now)

    assert len(lay.tickets) == 3


ACTS = {
    "claim": lambda t, d, n: tickets.claim_ticket(ticket=t, user=d["people"][n % 2]),
    "release": lambda t, d, n: tickets.release_ticket(ticket=t, user=d["lead"]),
    "assign": lambda t, d, n: tickets.assign_ticket(
        ticket=t, user=d["lead"], agent=d["people"][n % 2]
    ),
    "route": lambda t, d, n: tickets.route_ticket(
        ticket=t, user=d["lead"], queue=d["queues"][n % 2]
    ),
    "classify": lambda t, d, n: tickets.classify_ticket(
        ticket=t, user=d["lead"], topic=d["topics"][n % 2]
    ),
    "priority": lambda t, d, n: d["set_priority"](t, n),
    "park": lambda t, d, n: parking.park_ticket(
        ticket=t, user=d["lead"], status=[Status.PENDING, Status.ON_HOLD][n % 2]
    ),
    "resume": lambda t, d, n: parking.resume_ticket(ticket=t, user=d["lead"]),
    "snooze": lambda t, d, n: parking.snooze_ticket(
        ticket=t, user=d["lead"], until=timezone.now() + timedelta(hours=1)
    ),
    "wake": lambda t, d, n: d["wake"](t),
    "reply": lambda t, d, n: replies.send_reply(
        ticket=t,
        user=d["people"][n % 2],
        text="Yes.",
        client_key=d["key"](),
        then=[Status.OPEN, Status.PENDING, Status.RESOLVED][n % 3],
    ),
    "take back": lambda t, d, n: replies.take_back_reply(
        reply=Reply.objects.filter(ticket=t).latest("id"), user=d["lead"]
    ),
    "refuse": lambda t, d, n: d["refuse"](t),
    "resolve": lambda t, d, n: tickets.resolve_ticket(
        ticket=t, user=d["lead"], outcome=list(Resolution)[n % 5]
    ),
    "undo": lambda t, d, n: endings.undo_resolve(ticket=t, user=d["lead"]),
    "reopen": lambda t, d, n: tickets.reopen_ticket(ticket=t, user=d["lead"]),
    "hear": lambda t, d, n: d["say"](t, ["And now?", "Thanks!", "gas!"][n % 3]),
    "decide": lambda t, d, n: deciding.decide_on_ticket(
        ticket=t,
        user=d["lead"],
        message=t.last_inbound.public_id,
        verdict=list(Verdict)[n % 4],
    ),
    "close": lambda t, d, n: d["close"](t),
    "merge": lambda t, d, n: merges.merge_ticket(
        source=t, target=other(t), user=d["lead"], even_if_other_author=True
    ),
    "unmerge": lambda t, d, n: merges.unmerge_ticket(source=t, user=d["lead"]),
}


def other(ticket):
    return Ticket.objects.exclude(pk=ticket.pk).earliest("pk")


@pytest.fixture
def desk(
    shop, hear, item, root, ada, bo, shop_queue, power_queue, delivery_topic, pump
):
    """Everything the acts need; root leads, for nothing here is about permission."""
    other = type(delivery_topic).objects.create(slug="bills", name="Bills")
    TopicRule.objects.create(topic=make_danger(), kind="word", pattern="gas")
    keys = iter(range(10_000))

    def say(ticket, text):
        if ticket.merged_into_id:
            return
        first = ticket.ticket_messages.earliest("message_id").message
        author = {"external_id": ticket.author.external_id}
        now = timezone.now().isoformat()
        more = {"author": author, "in_reply_to": first.external_id, "posted_at": now}
        hear(shop, item(text=text, **more))

    def wake(ticket):
        snoozed = Ticket.objects.filter(pk=ticket.pk, status="snoozed")
        snoozed.update(snoozed_until=timezone.now() - timedelta(seconds=1))
        parking.wake_due()

    def close(ticket):
        ago = timezone.now() - timedelta(days=30)
        Ticket.objects.filter(pk=ticket.pk, status="resolved").update(resolved_at=ago)
        endings.close_due()

    def refuse(ticket):
        reply = Reply.objects.filter(ticket=ticket).latest("id")
        delivery = reply.delivery
        if delivery.state == "waiting":
            delivery.state, delivery.failure = "refused", "gone"
            delivery.settled_at = timezone.now()
            delivery.save()
            settle_replies([delivery.pk])

    return {
        "people": [ada, bo],
        "lead": root,
        "queues": [shop_queue, power_queue],
        "topics": [other, None],
        "key": lambda: f"k-{next(keys)}",
        "say": say,
        "wake": wake,
        "close": close,
        "refuse": refuse,
        "set_priority": lambda t, n: set_priority(
            ticket=t, user=root, priority=list(Priority)[n % 4], reason="Because."
        ),
    }


def make_danger():
    return Topic.objects.create(slug="danger", name="Danger", is_danger=True)


def snapshot():
    rows = Ticket.objects.values_list(
        "pk", "status", "queue_id", "agent_id", "priority", "topic_id"
    )
    return {pk: State(*facts) for pk, *facts in rows}


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 59)),
    min_size=15,
    max_size=25,
)
# Each act where it does something; the number chooses ticket and variant.
STORY = """
    merge 0, hear 3, unmerge 0, merge 1, unmerge 1,
    claim 0, release 0, assign 2, route 2, route 4, classify 0, classify 2, priority 0,
    priority 2, park 0, hear 0, park 2, resume 0, snooze 0, wake 0, snooze 0, hear 0,
    reply 4, take back 0, reply 2, take back 0, reply 2, refuse 0, resolve 0, undo 0,
    resolve 2, hear 4, hear 0, resolve 2, reopen 0, decide 2, decide 0, hear 2,
    resolve 0, close 0, hear 0, reply 1, hear 1, resolve 1, close 1"""


def test_each_act_says_what_it_changed(desk, make_ticket):
    steps = [one.split(" ") for one in " ".join(STORY.split()).split(", ")]
    told = [(" ".join(words[:-1]), int(words[-1])) for words in steps]

    moments = live_through(told, desk, make_ticket)

    assert {name for name, _ in told} == set(ACTS)
    assert len({str(was) for _, was in moments}) > 12
    assert_the_log_knows(moments)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_whatever_happens_every_past_moment_is_in_the_log(steps, desk, make_ticket):
    with transaction.atomic():
        assert_the_log_knows(live_through(steps, desk, make_ticket))
        transaction.set_rollback(True)


def live_through(steps, desk, make_ticket):
    """Do what can be done of `steps`; returns what was so after each."""
    make_ticket()
    make_ticket()
    moments = [(database_now(), snapshot())]
    for name, number in steps:
        there = list(Ticket.objects.order_by("pk"))
        with suppress(WebcareError, Reply.DoesNotExist), transaction.atomic():
            ACTS[name](there[number % 2], desk, number)
        moments.append((database_now(), snapshot()))
    return moments


def assert_the_log_knows(moments):
    found = [
        ({pk: state_at(pk, moment) for pk in was}, lying(backlog_at(None, moment)))
        for moment, was in moments
    ]

    assert found == [(was, waiting(was)) for _, was in moments]


def lying(backlog):
    return {(one.queue, pk) for one in backlog for pk in one.tickets}


def waiting(was):
    return {(state.queue, pk) for pk, state in was.items() if state.status in LIVE}
