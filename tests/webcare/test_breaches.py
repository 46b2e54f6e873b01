"""A promise warns and breaks at its moment, whoever looks, and what follows from it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from redis import Redis

from conversations.actions.relay import Relay
from conversations.models import Work
from tests.webcare.test_clocks import SHIFTS, WEEK, promise
from webcare.actions import breaches, clocks, parking
from webcare.actions import tickets as acts
from webcare.actions.automation import change_rule, make_rule, retire_rule
from webcare.actions.automation_trial import try_rule
from webcare.actions.calendars import make_calendar
from webcare.actions.subscriptions import make_subscription
from webcare.domain.lifecycle import Status
from webcare.models import (
    Clock,
    Notification,
    RuleHold,
    RuleTrace,
    Tag,
    Ticket,
    TicketEvent,
)
from webcare.queries.clocks import clocks_due
from webcare.queries.notifications import notifications_of

pytestmark = pytest.mark.django_db


def ago(**span):
    return (timezone.now() - timedelta(**span)).isoformat()


def told(ticket):
    """What was told of its promises: kind, promise and the moment it was so."""
    rows = ticket.events.filter(kind__in=["warned", "breached"]).order_by("id")
    return [(row.kind, row.data["promise"], row.effective_at) for row in rows]


@pytest.fixture
def late(make_ticket):
    """A ticket whose promise to answer is an hour late."""
    return make_ticket(posted_at=ago(hours=2, seconds=10))


def test_a_warning_and_a_breach_are_told_once_with_the_instants_themselves(late):
    clock = Clock.objects.get(promise="first_response")
    assert clocks_due() == [()]
    assert breaches.tell_due() == 1
    assert breaches.tell_due() == 0

    warned = clock.started_at + timedelta(seconds=2_880)
    broken = clock.due_at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    assert told(late) == [
        ("warned", "first_response", warned),
        ("breached", "first_response", broken),
    ]
    clock.refresh_from_db()
    assert (clock.warned_at, clock.breached_at, clock.next_at) == (warned, broken, None)
    assert not clocks_due()


def test_a_promise_by_the_clock_is_told_beside_one_in_open_hours(make_ticket, root):
    """Both are in the log; only that of the hour has come to its moment."""
    make_calendar(
        user=root,
        slug="office",
        name="Office",
        is_default=True,
        definition={"time_zone": "UTC", "week": dict.fromkeys(WEEK, SHIFTS)},
    )
    by_the_clock = {"seconds": 3_600, "time": "calendar"}
    in_open_hours = {"seconds": 900_000, "time": "business"}
    promise(
        {
            "conditions": {},
            "promises": {
                "first_response": by_the_clock,
                "resolution": in_open_hours,
            },
        }
    )
    ticket = make_ticket(posted_at=ago(hours=2))

    assert breaches.tell_due() == 1
    assert told(ticket)[-1][:2] == ("breached", "first_response")


def test_an_answer_that_comes_later_finds_it_broken(late, ada):
    acts.resolve_ticket(ticket=late, user=ada)
    breaches.tell_due()

    assert [kind for kind, *_ in told(late)] == ["warned", "breached"]
    assert Clock.objects.get(promise="first_response").breached_at
    assert clocks.unlike_their_log([late.pk], by_turns=False) == []


def test_an_answer_given_in_time_and_heard_of_late_was_no_breach(
    late, shop, hear, item
):
    breaches.tell_due()
    question = late.last_inbound
    hear(
        shop,
        item(
            posted_at=ago(hours=1, minutes=50),
            outbound=True,
            in_reply_to=question.external_id,
        ),
    )

    clock = Clock.objects.get(promise="first_response")
    assert clock.stopped_at
    assert (clock.breached_at, clock.warned_at, clock.next_at) == (None, None, None)
    assert clocks.unlike_their_log([late.pk], by_turns=False) == []


def test_the_relay_tells_although_redis_is_empty(late):
    Redis.from_url(settings.REDIS_URL).flushdb()
    assert settings.PIPELINE_OUTBOXES["webcare.tasks.tell_breaches"]

    Relay().poll()
    from webcare.tasks import tell_breaches

    tell_breaches()

    assert [kind for kind, *_ in told(late)] == ["warned", "breached"]


def test_what_is_held_up_does_not_break(make_ticket, ada):
    promise({"promises": {"resolution": {"seconds": 3_600, "time": "calendar"}}})
    ticket = make_ticket(posted_at=ago(minutes=30))
    parking.park_ticket(ticket=ticket, user=ada, status=Status.PENDING)

    clock = Clock.objects.get(promise="resolution")
    assert (clock.due_at, clock.next_at) == (None, None)
    assert clock.paused_at
    ticket.refresh_from_db()
    assert ticket.due_at == Clock.objects.get(promise="first_response").due_at

    parking.resume_ticket(ticket=ticket, user=ada)
    clock.refresh_from_db()
    assert (clock.paused_at, clock.next_at is None) == (None, False)
    assert clock.due_at >= clock.started_at + timedelta(seconds=3_599)


@pytest.fixture
def escalation(root, power_queue):
    """A rule that does something when a promise is broken."""

    def make(*actions, on="breached"):
        return make_rule(
            user=root,
            name="Late",
            is_enabled=True,
            definition={"trigger": {"events": [on]}, "actions": list(actions)},
        )

    return make


def test_a_breach_raises_the_priority_moves_and_tags(
    escalation, late, pump, power_queue
):
    Tag.objects.create(slug="late", name="Late")
    escalation(
        {"do": "priority", "priority": "urgent"},
        {"do": "route", "queue": power_queue.slug},
        {"do": "tag", "tag": "late"},
        {"do": "note", "text": "Too late."},
    )
    breaches.tell_due()
    pump()

    late.refresh_from_db()
    assert (late.priority, late.queue) == ("urgent", power_queue)
    assert late.ticket_tags.get().tag.slug == "late"
    assert clocks.unlike_their_log([late.pk], by_turns=False) == []


def test_a_warning_calls_one_webhook(escalation, late, pump, root):
    listening, _ = make_subscription(
        user=root,
        owner=root,
        name="Pager",
        url="http://127.0.0.1:9/",
        events=["ticket.warned"],
    )
    escalation({"do": "webhook", "subscription": str(listening.public_id)}, on="warned")
    breaches.tell_due()
    pump()

    said = late.events.get(kind="rule_ran")
    assert said.data["webhook"] == str(listening.public_id)
    assert listening.events == ["ticket.warned"]


def closed_now(root):
    """Opens in two hours, whenever this runs."""
    opens = timezone.now() + timedelta(hours=2)
    return make_calendar(
        user=root,
        slug="later",
        name="Later",
        is_default=True,
        definition={
            "time_zone": "UTC",
            "week": {},
            "extras": [
                {
                    "open": True,
                    "from": opens.strftime("%Y-%m-%dT%H:%M"),
                    "until": (opens + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M"),
                    "reason": "Shift",
                }
            ],
        },
    ), opens.replace(second=0, microsecond=0)


def test_an_agent_is_told_when_the_desk_opens(escalation, late, pump, ada, root):
    acts.claim_ticket(ticket=late, user=ada)
    _, opens = closed_now(root)
    escalation({"do": "notify", "who": "agent"})
    breaches.tell_due()
    pump()

    kept = Notification.objects.get(user=ada, kind="rule")
    assert kept.at == opens
    assert not notifications_of(ada).filter(kind="rule").exists()


def test_danger_does_not_wait_until_the_desk_opens(escalation, late, pump, ada, root):
    acts.claim_ticket(ticket=late, user=ada)
    Ticket.objects.filter(pk=late.pk).update(is_danger=True)
    closed_now(root)
    escalation({"do": "notify", "who": "agent"})
    breaches.tell_due()
    pump()

    assert notifications_of(ada).filter(kind="rule").exists()


@pytest.fixture
def held(escalation, late, pump, power_queue, root):
    """A broken promise in closed time, and a rule that has much to do about it."""
    Tag.objects.create(slug="late", name="Late")
    listening, _ = make_subscription(
        user=root,
        owner=root,
        name="Pager",
        url="http://127.0.0.1:9/",
        events=["ticket.breached"],
    )
    calendar, opens = closed_now(root)
    rule = escalation(
        {"do": "priority", "priority": "urgent"},
        {"do": "webhook", "subscription": str(listening.public_id)},
        {"do": "tag", "tag": "late"},
        {"do": "route", "queue": power_queue.slug},
    )
    breaches.tell_due()
    pump()
    return rule, calendar, opens


def steps(ticket):
    return [
        {one["do"]: one["result"] for one in trace.steps}
        for trace in RuleTrace.objects.filter(ticket=ticket).order_by("pk")
    ]


def time_comes(pump):
    Work.objects.filter(stage="held").update(due_at=timezone.now())
    pump()


def test_what_asks_something_of_people_waits_until_the_queue_opens(held, late, pump):
    _, calendar, opens = held

    late.refresh_from_db()
    assert (late.priority, late.queue.slug) == ("normal", "shop")
    assert late.ticket_tags.get().tag.slug == "late", "a tag asks nothing of anybody"
    assert Work.objects.get(stage="held").due_at == opens
    at_first = {"priority": "held", "webhook": "held", "route": "held", "tag": "done"}
    assert steps(late) == [at_first]

    # It is closed after all: it waits on.
    time_comes(pump)
    late.refresh_from_db()
    assert (late.priority, Work.objects.get(stage="held").due_at) == ("normal", opens)

    calendar.is_default = False
    calendar.save()
    time_comes(pump)

    late.refresh_from_db()
    assert (late.priority, late.queue.slug) == ("urgent", "power")
    done = {"priority": "done", "webhook": "done", "route": "done"}
    assert steps(late) == [at_first, done]
    assert late.events.filter(kind="rule_ran").count() == 1
    assert not Work.objects.filter(stage="held").exists()
    assert not RuleHold.objects.exists()


@pytest.mark.parametrize("change", ["retired", "asks_more"])
def test_what_does_not_hold_any_more_when_the_queue_opens_is_not_done(
    held, late, pump, root, change
):
    rule, calendar, _ = held
    calendar.is_default = False
    calendar.save()
    if change == "retired":
        retire_rule(user=root, rule=rule)
    else:
        never = {"conditions": {"field": "priority", "is": "low"}}
        change_rule(user=root, rule=rule, definition=never)
    time_comes(pump)

    late.refresh_from_db()
    assert late.priority == "normal"
    assert not RuleHold.objects.exists()


def test_danger_is_moved_in_closed_time_too(escalation, late, pump, power_queue, root):
    Ticket.objects.filter(pk=late.pk).update(is_danger=True)
    closed_now(root)
    escalation({"do": "route", "queue": power_queue.slug})
    breaches.tell_due()
    pump()

    late.refresh_from_db()
    assert late.queue == power_queue


def test_a_dry_run_says_until_when_it_would_wait(late, root):
    _, opens = closed_now(root)
    definition = {
        "trigger": {"events": ["breached"]},
        "actions": [
            {"do": "priority", "priority": "urgent"},
            {"do": "note", "text": "Too late."},
        ],
    }

    [(_, [raised, noted])] = try_rule(user=root, definition=definition).matched

    assert raised["waits_until"] == opens.isoformat().replace("+00:00", "Z")
    assert "waits_until" not in noted
    on_opened = {**definition, "trigger": {"events": ["opened"]}}
    [(_, [raised, _])] = try_rule(user=root, definition=on_opened).matched
    assert "waits_until" not in raised


@pytest.mark.parametrize(
    ("asked", "runs"), [("first_response", True), ("resolution", False)]
)
def test_a_rule_asks_which_promise_it_was(root, late, pump, asked, runs):
    definition = {
        "trigger": {"events": ["breached"]},
        "conditions": {"field": "promise", "is": asked},
        "actions": [{"do": "priority", "priority": "urgent"}],
    }
    make_rule(user=root, name="Late", is_enabled=True, definition=definition)
    breaches.tell_due()
    pump()

    late.refresh_from_db()
    assert (late.priority == "urgent") is runs
    # Tried afterwards, it is asked which promises of a ticket were broken.
    assert bool(try_rule(user=root, definition=definition).matched) is runs


def test_it_asks_about_the_promise_of_its_event_alone(make_ticket, root, pump):
    ticket = make_ticket(posted_at=ago(days=3))
    definition = {
        "trigger": {"events": ["breached"]},
        "conditions": {"field": "promise", "is": "resolution"},
        "actions": [{"do": "note", "text": "Days, now."}],
    }
    make_rule(user=root, name="Late", is_enabled=True, definition=definition)
    breaches.tell_due()
    pump()

    broken = [promise for kind, promise, _ in told(ticket) if kind == "breached"]
    assert sorted(broken) == ["first_response", "resolution"]
    assert ticket.notes.count() == 1


def test_the_first_policy_that_holds_is_pinned(make_ticket, hear, item, shop):
    promise(
        {
            "conditions": {"queues": ["power"]},
            "promises": {"first_response": {"seconds": 60, "time": "calendar"}},
        },
        name="Power",
        position=1,
    )
    held = promise(
        {
            "conditions": {"channels": [shop.slug], "topics": ["delivery"]},
            "promises": {
                "first_response": {"seconds": 7_200, "time": "calendar"},
                "resolution": None,
            },
        },
        name="Shop",
        position=2,
    )
    ticket = make_ticket()

    [clock] = Clock.objects.filter(ticket=ticket)
    assert (clock.promise, clock.target_seconds) == ("first_response", 7_200)
    assert clock.policy_version.policy == held
    told_of = TicketEvent.objects.get(ticket=ticket, kind="routed")
    assert told_of.data["promises"] == {
        "turn": 1,
        "made": {"first_response": [clock.policy_version_id, None, 7_200]},
    }


KIM = {"external_id": "kim", "handle": "kim", "name": "Kim"}


@pytest.mark.parametrize("text", ["Thanks!", "👍", "👍👍 🙏", "Top, opgelost 👍"])
def test_a_last_word_opens_no_clock(make_ticket, ada, shop, hear, item, text):
    ticket = make_ticket(thread="one", author=KIM)
    acts.resolve_ticket(ticket=ticket, user=ada)
    hear(shop, item(text=text, thread="one", author=KIM))

    assert Ticket.objects.get().status == "resolved"
    assert not Clock.objects.filter(stopped_at=None).exists()


@pytest.mark.parametrize(
    ("mode", "fields"),
    [
        ("listening", {}),
        ("engage", {"addressed": False}),
        ("engage", {"outbound": True}),
        ("engage", {"history": True}),
    ],
)
def test_what_needs_no_answer_opens_no_clock(
    shop, hear, item, delivery_topic, mode, fields
):
    shop.mode = mode
    shop.save()
    hear(shop, item(**fields))

    assert not Clock.objects.exists()
