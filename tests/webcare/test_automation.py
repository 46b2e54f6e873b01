"""Rules: what wakes them, what they do once, and what they are not allowed to do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.actions.batches import drain
from conversations.models import Work
from webcare.actions import automation_runs, bulk_rows, in_bulk
from webcare.actions.author_lists import list_author, make_list, remove_list
from webcare.actions.automation import change_rule, make_rule, retire_rule
from webcare.actions.automation_runs import MOST_AN_HOUR, claim_due
from webcare.actions.readings import set_sentiment
from webcare.actions.tickets import claim_ticket, classify_ticket, route_ticket
from webcare.domain.automation.words import MOST_DEPTH
from webcare.domain.readings import Sentiment
from webcare.exceptions import InUse, Invalid, NotAllowed
from webcare.models import (
    AutomationRule,
    Note,
    Notification,
    RuleFiring,
    RuleTrace,
    RuleTrigger,
    Tag,
    TicketEvent,
    Topic,
)


@pytest.fixture
def vip(db):
    return Tag.objects.create(slug="vip", name="VIP")


@pytest.fixture
def rule(root, vip):
    """Makes an enabled rule that tags what is opened, unless told otherwise."""

    def make(*actions, on=("opened",), when=None, **fields):
        trigger = on if isinstance(on, dict) else {"events": list(on)}
        definition = {
            "trigger": trigger,
            "conditions": when or {},
            "actions": list(actions) or [{"do": "tag", "tag": "vip"}],
        }
        given = {"user": root, "name": "Rule", "is_enabled": True} | fields
        return make_rule(definition=definition, **given)

    return make


def tags(ticket):
    return sorted(ticket.ticket_tags.values_list("tag__slug", flat=True))


def traces(ticket):
    rows = RuleTrace.objects.filter(ticket=ticket).order_by("pk")
    return [(row.version.rule.name, row.result, row.reason) for row in rows]


def test_a_rule_runs_when_what_it_listens_to_happens(rule, make_ticket):
    rule()

    ticket = make_ticket()

    assert tags(ticket) == ["vip"]
    [line] = TicketEvent.objects.filter(ticket=ticket, kind="tagged")
    assert line.cause.startswith("rule:")
    assert (line.actor, line.data["tag"], line.data["depth"]) == (None, "vip", 1)
    assert traces(ticket) == [("Rule", "ran", "")]


def test_nothing_waits_for_rules_when_none_listens(rule, make_ticket):
    rule(is_enabled=False)
    rule(on=("merged",))

    ticket = make_ticket()

    assert not Work.objects.filter(stage="rules").exists()
    assert tags(ticket) == traces(ticket) == []


def test_a_retired_rule_runs_no_more_and_is_still_named(rule, root, make_ticket):
    made = rule()
    before = make_ticket()

    retire_rule(user=root, rule=made)

    assert tags(make_ticket()) == []
    assert traces(before) == [("Rule", "ran", "")]


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("Mijn ING app doet het niet", True),
        ("Weer een storing in de straat", False),
        ("#ING waarom", True),
        ("stroomstoring!", False),
    ],
)
def test_words_have_boundaries(rule, make_ticket, text, matches):
    rule(when={"all": [{"field": "text", "word": "ING"}]})

    assert bool(tags(make_ticket(text=text))) is matches


HAS_TAG = {"field": "tag", "is": "vip"}
IN_SHOP = {"field": "queue", "is": "shop"}


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        ({"field": "queue", "is": "shop"}, True),
        ({"field": "queue", "is": ["triage", "none"]}, False),
        ({"field": "topic", "is": "delivery"}, True),
        ({"field": "agent", "is": "none"}, True),
        ({"field": "agent", "is": "any"}, False),
        ({"field": "author", "is": "@Kim"}, True),
        ({"field": "channel", "is": "x-shop"}, True),
        ({"field": "visibility", "is": "private"}, False),
        ({"field": "danger", "is": True}, False),
        ({"field": "danger", "is": False}, True),
        ({"field": "waiting_seconds", "at_least": 60}, True),
        ({"field": "age_seconds", "less_than": 60}, False),
        ({"field": "priority", "is": ["normal", "high"]}, True),
        ({"field": "status", "is": "resolved"}, False),
        ({"field": "tag", "is": "vip"}, False),
        ({"field": "tag", "is": "none"}, True),
        ({"field": "author_list", "is": "none"}, True),
        ({"field": "promise", "is": ["first_response", "resolution"]}, False),
        ({"field": "sentiment", "is": ["positive", "negative"]}, False),
        ({"none": [{"field": "status", "is": "resolved"}]}, True),
        (
            {"any": [{"field": "tag", "is": "vip"}, {"field": "queue", "is": "shop"}]},
            True,
        ),
        (
            {"all": [{"field": "tag", "is": "vip"}, {"field": "queue", "is": "shop"}]},
            False,
        ),
    ],
)
def test_conditions_are_asked_of_the_ticket_as_it_is(rule, make_ticket, when, matches):
    rule({"do": "note", "text": "Look"}, on=("routed",), when=when)

    ticket = make_ticket()

    assert Note.objects.filter(ticket=ticket).exists() is matches


def nudge(ticket):
    """Something that a rule can listen to."""
    in_bulk.note(bulk_rows.lock([ticket.pk]), bulk_rows.By("person"), text="Go")
    drain_rules()


def test_a_rule_asks_how_its_author_feels_as_a_person_said_it(rule, ticket, ada):
    rule(on=("note_added",), when={"field": "sentiment", "is": "negative"})
    nudge(ticket)
    assert tags(ticket) == []

    set_sentiment(ticket=ticket, user=ada, sentiment=Sentiment.NEGATIVE)
    nudge(ticket)

    assert tags(ticket) == ["vip"]


def test_a_rule_asks_which_lists_its_author_is_on_and_keeps_them(rule, ticket, root):
    press = make_list(user=root, slug="press", name="Press")
    rule(on=("note_added",), when={"field": "author_list", "is": "press"})
    nudge(ticket)
    assert tags(ticket) == []

    list_author(user=root, author_list=press, author=ticket.author)
    nudge(ticket)

    assert tags(ticket) == ["vip"]
    with pytest.raises(InUse):
        remove_list(user=root, author_list=press)
    AutomationRule.objects.update(is_enabled=False, retired_at=timezone.now())
    remove_list(user=root, author_list=press)


def test_every_action_is_done_and_logged(rule, ticket, ada, power_queue, root):
    other = Topic.objects.create(slug="power", name="Power")
    make_rule(
        user=root,
        name="All",
        is_enabled=True,
        definition={
            "trigger": {"events": ["note_added"]},
            "actions": [
                {"do": "assign", "agent": str(ada.public_id)},
                {"do": "priority", "priority": "high"},
                {"do": "classify", "topic": "power"},
                {"do": "tag", "tag": "vip"},
                {"do": "untag", "tag": "vip"},
                {"do": "notify", "who": "agent"},
                {"do": "route", "queue": "power"},
            ],
        },
    )
    Tag.objects.create(slug="none-of-it", name="x")
    in_bulk.note(
        bulk_rows.lock([ticket.pk]),
        bulk_rows.By("person"),
        text="Go",
    )
    drain_rules()

    ticket.refresh_from_db()
    assert (ticket.priority, ticket.topic, ticket.queue) == ("high", other, power_queue)
    assert ticket.agent is None  # ada does not work in the power queue
    kinds = list(
        TicketEvent.objects.filter(ticket=ticket, cause__startswith="rule:")
        .order_by("pk")
        .values_list("kind", flat=True)
    )
    assert kinds == [
        "assigned",
        "priority_changed",
        "classified",
        "tagged",
        "untagged",
        "rule_ran",
        "routed",
    ]
    assert Notification.objects.filter(user=ada, kind="rule").count() == 1
    [trace] = RuleTrace.objects.filter(ticket=ticket)
    assert {step["result"] for step in trace.steps} == {"done"}


def drain_rules():
    while any(
        sum(drain(stage)) for stage in (automation_runs.STAGE, automation_runs.TIMED)
    ):
        pass
    assert not Work.objects.exclude(error="").values_list("stage", "error")


def test_what_a_person_chose_a_rule_leaves(rule, ticket, ada, delivery_topic):
    Topic.objects.create(slug="power", name="Power")
    rule({"do": "classify", "topic": "power"}, on=("classified",))

    classify_ticket(ticket=ticket, user=ada, topic=delivery_topic)
    drain_rules()

    ticket.refresh_from_db()
    assert ticket.topic == delivery_topic
    assert RuleTrace.objects.get().steps == [
        {"do": "classify", "result": "person_chose"}
    ]


def test_a_later_rule_sees_what_an_earlier_one_did(rule, make_ticket, power_queue):
    rule({"do": "note", "text": "VIP"}, when={"field": "tag", "is": "vip"}, position=2)
    rule(position=1)

    assert Note.objects.filter(ticket=make_ticket()).count() == 1


def test_two_rules_that_wake_each_other_stop_and_say_so(
    rule, ticket, ada, power_queue, shop_queue
):
    rule({"do": "route", "queue": "power"}, on=("routed",), name="To power")
    rule({"do": "route", "queue": "shop"}, on=("routed",), name="To shop")
    RuleTrace.objects.all().delete()

    route_ticket(ticket=ticket, user=ada, queue=power_queue)
    drain_rules()

    depths = list(
        TicketEvent.objects.filter(ticket=ticket, cause__startswith="rule:")
        .order_by("pk")
        .values_list("data__depth", flat=True)
    )
    assert max(depths) == MOST_DEPTH
    assert ("To power", "refused", "too_deep") in traces(ticket)
    assert not Work.objects.filter(stage="rules").exists()


def test_a_loop_by_other_ways_ends_within_the_hour(rule, ticket, ada):
    rule({"do": "release"}, on=("assigned",))
    for _ in range(MOST_AN_HOUR + 2):
        ticket.refresh_from_db()
        claim_ticket(ticket=ticket, user=ada)
        drain_rules()
        if traces(ticket)[-1][2]:
            break

    assert traces(ticket)[-1] == ("Rule", "refused", "too_often")
    assert RuleTrace.objects.filter(result="ran").count() == MOST_AN_HOUR


def test_a_rule_acts_under_its_owners_permission_asked_again(
    rule, make_ticket, lena, shop_queue
):
    rule(user=lena, queue=shop_queue, on=("routed",))
    assert tags(make_ticket()) == ["vip"]

    lena.memberships.all().delete()
    late = make_ticket()

    assert tags(late) == []
    assert traces(late) == [("Rule", "refused", "owner_may_not")]


def test_a_leads_rule_looks_at_their_own_queue_only(
    rule, ticket, lena, root, shop_queue, power_queue
):
    rule(user=lena, queue=shop_queue, on=("routed",))

    route_ticket(ticket=ticket, user=root, queue=power_queue)
    drain_rules()

    assert tags(ticket) == []
    with pytest.raises(NotAllowed):
        rule(user=lena, queue=power_queue)
    with pytest.raises(NotAllowed):
        rule(user=lena)


def test_a_rule_that_breaks_is_refused_alone_and_others_go_on(
    rule, hear, shop, item, delivery_topic, monkeypatch
):
    rule({"do": "note", "text": "Broken"}, name="Broken", position=1)
    rule(name="Whole", position=2)
    poison = []
    real = in_bulk.note

    def breaking(rows, by, *, text):
        if any(row.id in poison for row in rows):
            raise ValueError
        return real(rows, by, text=text)

    [first, *rest] = hear_only(hear, shop, item, 5)
    poison.append(first)
    monkeypatch.setattr(in_bulk, "note", breaking)
    drain_rules()

    assert Note.objects.count() == 4
    assert RuleTrace.objects.filter(reason="failed").count() == 1
    assert TicketEvent.objects.filter(kind="tagged").count() == 5


def hear_only(hear, shop, item, count):
    """Tickets whose opening waits for the rules."""
    from conversations.models import InboundEvent  # noqa: F401
    from webcare.models import Ticket

    RuleTrigger.objects.update(kind="closed")
    hear(shop, *(item() for _ in range(count)))
    RuleTrigger.objects.update(kind="opened")
    events = TicketEvent.objects.filter(kind="opened").values_list("pk", flat=True)
    automation_runs.batches.enqueue("rules", list(events))
    return list(Ticket.objects.order_by("pk").values_list("pk", flat=True))


def test_the_number_of_statements_does_not_grow_with_the_tickets(
    rule, hear, shop, item, delivery_topic
):
    rule({"do": "tag", "tag": "vip"}, {"do": "priority", "priority": "high"})
    hear_only(hear, shop, item, 2)
    with CaptureQueriesContext(connection) as few:
        list(drain(automation_runs.STAGE))
    RuleTrace.objects.all().delete()
    hear_only(hear, shop, item, 40)
    with CaptureQueriesContext(connection) as many:
        list(drain(automation_runs.STAGE))

    assert RuleTrace.objects.filter(result="ran").count() >= 40
    assert len(many) <= len(few) + 1


WAITED = {"timer": {"state": "waiting", "minutes": 30}}


@pytest.fixture
def waiting(ticket):
    """A ticket whose author has waited for fifty minutes."""
    ticket.waiting_since = timezone.now() - timedelta(minutes=50)
    ticket.save(update_fields=["waiting_since"])
    return ticket


def test_a_timer_fires_once_for_each_period_of_waiting(rule, waiting):
    rule({"do": "note", "text": "Hurry"}, on=WAITED)

    for _ in range(3):
        claim_due()
        drain_rules()
    assert Note.objects.count() == 1

    waiting.waiting_since = timezone.now() - timedelta(minutes=45)
    waiting.save(update_fields=["waiting_since"])
    claim_due()
    claim_due()
    drain_rules()
    assert Note.objects.count() == 2


def test_a_timer_waits_for_its_time(rule, ticket):
    rule(
        {"do": "note", "text": "Hurry"},
        on={"timer": {"state": "waiting", "minutes": 90}},
    )

    assert claim_due() == 0


def test_a_timer_that_did_not_match_looks_again_after_a_change(rule, waiting, ada):
    rule({"do": "note", "text": "!"}, on=WAITED, when={"field": "agent", "is": "any"})
    claim_due()
    drain_rules()
    assert (claim_due(), Note.objects.count()) == (0, 0)

    claim_ticket(ticket=waiting, user=ada)

    assert claim_due() == 1
    drain_rules()
    assert Note.objects.count() == 1
    assert RuleFiring.objects.get().has_fired


def test_a_timer_counts_from_when_a_ticket_was_parked(rule, ticket, ada):
    rule({"do": "note", "text": "!"}, on={"timer": {"state": "pending", "minutes": 30}})
    ticket.status = "pending"
    ticket.save(update_fields=["status"])
    assert claim_due() == 0

    since = timezone.now() - timedelta(minutes=31)
    type(ticket).objects.filter(pk=ticket.pk).update(status_since=since)
    assert claim_due() == 1

    # Parked anew before the stage came round: the old period is over.
    ticket.status = "open"
    ticket.save(update_fields=["status"])
    drain_rules()
    assert Note.objects.count() == 0


def test_a_change_is_a_version_and_a_trace_names_the_one_that_ran(
    rule, root, make_ticket
):
    made = rule()
    first = make_ticket()

    change_rule(user=root, rule=made, definition={"actions": [{"do": "release"}]})
    second = make_ticket()

    numbers = [
        RuleTrace.objects.get(ticket=one).version.number for one in (first, second)
    ]
    assert numbers == [1, 2]
    assert tags(second) == []


def nested(levels):
    inner = {"field": "danger", "is": True}
    for _ in range(levels):
        inner = {"all": [inner]}
    return inner


@pytest.mark.parametrize(
    ("part", "given", "path"),
    [
        ("trigger", {"events": ["flown"]}, "trigger.events"),
        ("trigger", {}, "trigger"),
        ("trigger", {"timer": {"state": "new"}}, "trigger.timer.minutes"),
        ("conditions", {"field": "queue", "is": "nowhere"}, "conditions.is"),
        ("conditions", {"field": "text", "word": "!!"}, "conditions.word"),
        ("conditions", {"field": "text", "regex": "a+"}, "conditions"),
        ("conditions", nested(6), "conditions" + ".all.0" * 5 + ".all"),
        ("conditions", {"all": [nested(1)] * 51}, "conditions.all"),
        ("conditions", {"any": [{"all": [nested(0)] * 30}] * 2}, "conditions"),
        ("actions", [], "actions"),
        ("actions", [{"do": "tag", "tag": "unknown"}], "actions.0.tag"),
        ("actions", [{"do": "assign", "agent": 7}], "actions.0.agent"),
        ("actions", [{"do": "release", "now": True}], "actions.0.now"),
        ("actions", [{"do": "resolve"}], "actions.0.do"),
    ],
)
def test_a_definition_that_cannot_be_is_refused_where_it_is_wrong(
    rule, root, part, given, path
):
    good = {
        "trigger": {"events": ["opened"]},
        "actions": [{"do": "tag", "tag": "vip"}],
    }
    with pytest.raises(Invalid) as refused:
        make_rule(user=root, name="x", definition=good | {part: given})

    assert list(refused.value.errors) == [path]
