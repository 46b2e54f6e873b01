"""The desk that is seeded: channels, queues, people, topics with rules."""

from typing import Any

from conversations.adapters.signatures import new_secret
from conversations.models import Channel, Mode
from webcare.domain.permissions import Role
from webcare.models import (
    Membership,
    Presence,
    Queue,
    Tag,
    Topic,
    TopicRule,
    User,
)

QUEUES = (
    ("outages", ("storing", "outage", "stroom")),
    ("meters", ("meter",)),
    ("bills", ("rekening", "bill")),
    ("connections", ("aansluiting", "kabel")),
    ("appointments", ("afspraak", "monteur", "engineer")),
    ("solar", ("panelen", "teruglevering")),
    ("moves", ("adres", "address")),
    ("streets", ("straat", "street")),
    ("thanks", ("dank",)),
)
# The history is on the first; what a run takes in arrives on one each.
CHANNELS = ("history", "raw", "floor", "ours")
WRITERS = ("raw", "floor", "ours")
# The first is on one ticket in 1,000, the last on most of what has a tag.
TAGS = ("press", "compensation", "called", "photo", "complaint")


def make_desk() -> dict[str, Any]:
    """Make the desk; returns the ids that the history refers to."""
    channels = [
        Channel.objects.create(
            slug=f"bench-{name}",
            name=name.title(),
            mode=Mode.ENGAGE,
            secret=new_secret(),
        )
        for name in CHANNELS
    ]
    queues = [_queue(name) for name, _ in QUEUES]
    queues.append(Queue.objects.create(slug="triage", name="Triage", is_triage=True))
    topics = [_topic(*pair, queue) for pair, queue in zip(QUEUES, queues, strict=False)]
    agents = [
        _agent(f"agent-{q}-{n}", queue)
        for q, queue in enumerate(queues)
        for n in (1, 2)
    ]
    for name in WRITERS:
        _everywhere(name)
    tags = [Tag.objects.create(slug=name, name=name.title()) for name in TAGS]
    return {
        "tags": [tag.pk for tag in tags],
        "channel": channels[0].pk,
        "queues": [queue.pk for queue in queues],
        "topics": [topic.pk for topic in topics],
        "agents": [agent.pk for agent in agents],
    }


def _queue(name: str) -> Queue:
    return Queue.objects.create(
        slug=name, name=name.title(), handout=Queue.Handout.PUSH
    )


def _topic(name: str, words: tuple[str, ...], queue: Queue) -> Topic:
    topic = Topic.objects.create(slug=name, name=name.title(), queue=queue)
    for word in words:
        TopicRule.objects.create(topic=topic, kind="word", pattern=word)
    return topic


def _agent(name: str, queue: Queue) -> User:
    """Somebody at work, with room for all that a run hands out."""
    agent = User.objects.create_user(
        name, first_name=name.title(), last_name="Bench", capacity=30_000
    )
    Membership.objects.create(user=agent, queue=queue, role=Role.AGENT)
    Presence.objects.create(user=agent, state=Presence.State.PRESENT)
    return agent


def _everywhere(name: str) -> None:
    user = User.objects.create_user(f"bench-{name}", first_name=name.title())
    Membership.objects.create(user=user, role=Role.ADMIN)
