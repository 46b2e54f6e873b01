"""Make the rig's desk in the database of the environment; prints what opens it."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from conversations.adapters.signatures import new_secret  # noqa: E402
from conversations.models import Channel, Mode  # noqa: E402
from webcare.actions.automation import make_rule  # noqa: E402
from webcare.actions.on_call import add_on_call  # noqa: E402
from webcare.actions.tokens import make_token  # noqa: E402
from webcare.domain.permissions import Role  # noqa: E402
from webcare.domain.tokens import Scope  # noqa: E402
from webcare.models import (  # noqa: E402
    Membership,
    Presence,
    Queue,
    Subscription,
    Tag,
    Topic,
    TopicRule,
    User,
)

PASSWORD = "rig-desk-password"


def make() -> dict[str, object]:
    """Two engaged channels, a triage queue, one to pull from, one that hands out."""
    secret = new_secret()
    for slug, kind in (("shop", "generic"), ("poison", "poison")):
        Channel.objects.create(
            slug=slug,
            name=slug.title(),
            kind=kind,
            mode=Mode.ENGAGE,
            secret=secret,
            public_hold_seconds=0,
        )
    Queue.objects.create(slug="triage", name="Triage", is_triage=True)
    _topic("delivery", "parcel", Queue.Handout.PULL)
    power = _topic("power", "power", Queue.Handout.PUSH)
    root = _person("root", Role.ADMIN)
    # Seen later than now: at work for as long as the rig runs.
    _person("ada", Role.AGENT, power, seen_at=timezone.now() + timedelta(days=1))
    _listeners(root)
    _, token = make_token(user=root, owner=root, name="rig", scopes=list(Scope))
    return {
        "token": token,
        "secret": secret,
        "username": "root",
        "password": PASSWORD,
    }


def _listeners(root: User) -> None:
    """Whoever else is told of what happens: a rule, a subscription, those on call."""
    Tag.objects.create(slug="heard", name="Heard")
    make_rule(
        user=root,
        name="Heard",
        is_enabled=True,
        definition={
            "trigger": {"events": ["opened"]},
            "conditions": {},
            "actions": [{"do": "tag", "tag": "heard"}],
        },
    )
    Subscription.objects.create(
        name="CRM",
        owner=root,
        url="https://crm.example/",
        secret=new_secret(),
        # What it is told is counted, and leaves after the rig has gone.
        paused_until=timezone.now() + timedelta(days=1),
    )
    danger = Topic.objects.create(slug="danger", name="Danger", is_danger=True)
    TopicRule.objects.create(topic=danger, kind="word", pattern="gas")
    # The second would be told after the rig has gone.
    for place in (1, 2):
        add_on_call(
            user=root,
            position=place,
            name=f"On call {place}",
            email=f"on-call-{place}@desk.example",
            wait_minutes=60,
        )


def _topic(slug: str, word: str, handout: str) -> Queue:
    queue = Queue.objects.create(slug=slug, name=slug.title(), handout=handout)
    topic = Topic.objects.create(slug=slug, name=slug.title(), queue=queue)
    TopicRule.objects.create(topic=topic, kind="word", pattern=word)
    return queue


def _person(
    name: str, role: Role, queue: Queue | None = None, seen_at: object = None
) -> User:
    user = User.objects.create_user(name, password=PASSWORD, capacity=10_000)
    Membership.objects.create(user=user, queue=queue, role=role)
    if seen_at:
        Presence.objects.create(
            user=user, state=Presence.State.PRESENT, seen_at=seen_at
        )
    return user


if __name__ == "__main__":
    sys.stdout.write(json.dumps(make()))
