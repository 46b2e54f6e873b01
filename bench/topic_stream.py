"""A desk that starts with nothing and is corrected one message at a time.

Each message is a ticket that came in; the desk is asked what it is about before an
agent says so. Refits come when the product asks for them, and end before the next
message. What is remembered between them is compared with refits alone: the same models,
asked without it. A desk that has no answer is wrong.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from bench.topic_desk import decided, forget, in_batches, likeliest, make_topics, train
from bench.topic_sets import Labelled, TopicSet

FIRST = 1_000
_AT_ONCE = 500
COLUMNS = (
    *("corrections", "felt", "refits alone", "of the first", "refits"),
    *("at the end", "in one batch", "points behind"),
)
_SHARES = ("felt", "refits alone", "at the end", "in one batch")


def stream(one: TopicSet, corrections: int) -> dict[str, Any]:
    """Correct so many messages of a set, drawn once, and tell how that went.

    Shares: right before the correction of the first thousand, as the desk answers and
    by refits alone; right of the set's questions when all are given, and when as many
    are taught in one batch.
    """
    given = Random(0).sample(one.train, min(corrections, len(one.train)))
    forget()
    ids = make_topics(given)
    felt, alone, refits = _corrected(given, ids)
    at_the_end = _right(one.test, ids)
    in_one_batch = _in_one_batch(one.test, ids)
    first = min(FIRST, len(given))
    return {
        "set": one.name,
        "corrections": len(given),
        "felt": sum(felt[:first]) / first,
        "refits alone": sum(alone) / first,
        "of the first": first,
        "refits": refits,
        "at the end": at_the_end,
        "in one batch": in_one_batch,
        "points behind": 100 * (in_one_batch - at_the_end),
        "felt by 500": [
            sum(part) / len(part)
            for part in (felt[n : n + 500] for n in range(0, len(felt), 500))
        ],
    }


def _corrected(
    given: Labelled, ids: dict[str, int]
) -> tuple[list[bool], list[bool], int]:
    """Whether each answer was right, as the desk answers, and by refits alone for the
    first thousand; and how often it was trained."""
    from webcare.actions.tickets import classify_ticket
    from webcare.models import Topic

    agent, topics = _agent(), {topic.pk: topic for topic in Topic.objects.all()}
    felt, alone, refits = [], [], 0
    for text, topic, ticket in _tickets(given):
        wanted = ids[topic]
        felt.append(likeliest(decided([text])[0]) == wanted)
        if len(alone) < FIRST:
            alone.append(_by_refits_alone(text) == wanted)
        classify_ticket(ticket=ticket, user=agent, topic=topics[wanted])
        refits += _refit_when_due()
    return felt, alone, refits


def _tickets(given: Labelled) -> Iterator[tuple[str, str, Any]]:
    """Take the messages in; yields text, topic and ticket of each, in their order."""
    from conversations.actions import reading
    from conversations.actions.batches import drain
    from conversations.actions.ingestion import take_messages
    from webcare.actions import intake
    from webcare.models import TicketMessage

    channel = _channel()
    for start in range(0, len(given), _AT_ONCE):
        part = given[start : start + _AT_ONCE]
        body = json.dumps([_item(start + n, text) for n, (text, _) in enumerate(part)])
        take_messages(channel=channel, body=body.encode(), now=datetime.now(UTC))
        for stage in (reading.STAGE, intake.STAGE):
            sum(drain(stage))
        made = {
            one.message.external_id: one.ticket
            for one in TicketMessage.objects.select_related("message", "ticket").filter(
                message__external_id__startswith=f"s-{start}-"
            )
        }
        for n, (text, topic) in enumerate(part):
            yield text, topic, made[f"s-{start}-{n}"]


def _item(number: int, text: str) -> dict[str, Any]:
    """Of an author of its own, so that each is a ticket of its own."""
    batch, place = number - number % _AT_ONCE, number % _AT_ONCE
    return {
        "external_id": f"s-{batch}-{place}",
        "text": text,
        "posted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "author": {"external_id": f"a-{number}", "handle": "kim", "name": "Kim Vos"},
    }


def _channel() -> Any:
    from conversations.adapters.signatures import new_secret
    from conversations.models import Channel, Mode

    return Channel.objects.create(
        slug=f"stream-{os.urandom(4).hex()}",
        name="Stream",
        mode=Mode.ENGAGE,
        secret=new_secret(),
    )


def _agent() -> Any:
    from webcare.domain.permissions import Role
    from webcare.models import Membership, User

    agent = User.objects.create_user(f"agent-{os.urandom(4).hex()}")
    Membership.objects.create(user=agent, role=Role.ADMIN)
    return agent


def _by_refits_alone(text: str) -> int | None:
    """What the published model says without what is remembered since."""
    from webcare.domain.topics.memory import NO_MEMORY
    from webcare.queries.deciding import deciding

    [found] = deciding()._replace(memory=NO_MEMORY).predict([text])
    return found.alternatives[0][0] if found and found.alternatives else None


def _refit_when_due() -> int:
    """Train where the product asks for it; returns how often."""
    from webcare.actions import training
    from webcare.models import TopicModel

    training.request_when_due()
    waiting = TopicModel.objects.filter(state=TopicModel.State.WAITING)
    found = list(waiting.values_list("pk", flat=True))
    for pk in found:
        training.train(pk)
    return len(found)


def _in_one_batch(questions: Labelled, ids: dict[str, int]) -> float:
    """Train once on all that was given, as if no model had been before."""
    from webcare.models import TopicModel

    TopicModel.objects.all().delete()
    train()
    return _right(questions, ids)


def _right(questions: Labelled, ids: dict[str, int]) -> float:
    asked = [(text, ids.get(topic)) for text, topic in questions]
    found = in_batches([text for text, _ in asked])
    right = [
        likeliest(decision) == wanted
        for decision, (_, wanted) in zip(found, asked, strict=True)
    ]
    return sum(right) / len(right)


def cells(row: dict[str, Any]) -> list[Any]:
    """A row of the table: shares with three places, points with one."""
    shown = {name: f"{row[name]:.3f}" for name in _SHARES}
    shown["points behind"] = f"{row['points behind']:.1f}"
    return [(row | shown)[name] for name in ("set", *COLUMNS)]
