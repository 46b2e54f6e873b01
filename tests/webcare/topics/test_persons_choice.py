"""What a person said a ticket is about stands, whatever machines learn and do since."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.actions.batches import drain
from conversations.models import Work
from tests.webcare.topics.said import BILL, POWER
from webcare.actions import automation_runs
from webcare.actions.automation import make_rule
from webcare.actions.tickets import classify_ticket
from webcare.models import (
    AutomationRule,
    Membership,
    Ticket,
    TicketEvent,
    TopicExample,
    TopicModel,
    TopicRule,
)

pytestmark = pytest.mark.django_db


class Life:
    """A ticket of somebody who has no power, and what may happen to it; each ends with
    all work done."""

    def __init__(self, topics, teach, hear, item, shop, root, pump):
        self.power, self.bill = topics
        self.teach, self.hear, self.item, self.shop = teach, hear, item, shop
        self.root, self.pump = root, pump
        self.first = item(text=f"{POWER} since 3 o'clock", thread="t-1")

    def begin(self):
        self.hear(self.shop, self.first)
        return Ticket.objects.get()

    def again(self):
        pk = Ticket.objects.get().pk
        Work.objects.get_or_create(stage="triage", subject_id=pk)
        self.pump()

    def more(self):
        author = self.first["author"]
        self.hear(self.shop, self.item(thread="t-1", author=author, text=BILL))

    def edit(self):
        later = self.item()["posted_at"]
        self.hear(self.shop, self.first | {"text": BILL, "edited_at": later})

    def words(self):
        rule = {"kind": "word", "pattern": "power"}
        TopicRule.objects.get_or_create(topic=self.bill, **rule)
        self.again()

    def taught(self):
        number = TopicExample.objects.count()
        self.teach(self.bill, f"{number} {POWER} since 3 o'clock")
        self.again()

    def other_model(self):
        TopicModel.objects.update(state="ready")
        self.again()

    def automation(self):
        make_rule(
            user=self.root,
            name=f"Rule {AutomationRule.objects.count()}",
            is_enabled=True,
            definition={
                "trigger": {"events": ["message_added", "message_edited"]},
                "conditions": {},
                "actions": [{"do": "classify", "topic": "bill"}],
            },
        )
        self.more()
        while sum(drain(automation_runs.STAGE)):
            pass


STEPS = st.lists(
    st.sampled_from(
        ["again", "more", "edit", "words", "taught", "other_model", "automation"]
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def life(topics, teach, hear, item, shop, root, pump):
    return Life(topics, teach, hear, item, shop, root, pump)


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS, is_none=st.booleans())
def test_a_persons_choice_never_changes(model, topics, life, ada, steps, is_none):
    with transaction.atomic():
        chosen = None if is_none else topics[0]
        Membership.objects.create(user=ada, role="agent", queue=None)
        ticket = life.begin()
        classify_ticket(ticket=ticket, user=ada, topic=chosen)
        said = ticket.events.filter(kind="classified").latest("pk").pk

        for step in steps:
            getattr(life, step)()

        ticket.refresh_from_db()
        assert (ticket.topic, ticket.topic_by) == (chosen, "person")
        since = TicketEvent.objects.filter(ticket=ticket, kind="classified")
        assert since.latest("pk").pk == said
        transaction.set_rollback(True)


@pytest.mark.parametrize("step", ["words", "taught", "automation"])
def test_it_would_change_had_nobody_chosen(model, topics, life, step):
    power, bill = topics
    ticket = life.begin()
    assert (ticket.topic, ticket.topic_by) == (power, "model")

    getattr(life, step)()

    ticket.refresh_from_db()
    assert ticket.topic != power
