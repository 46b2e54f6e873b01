"""A model that is published while workers decide: soon it is theirs, and never half."""

import json
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
import urllib3

from tests.faults.desk import wait_for
from tests.faults.load import Load

pytestmark = pytest.mark.faults

PROMISED = "10 seconds"  # from a publication until every worker decides by that model
DRINKS = {"tea": "delivery", "coffee": "power"}
SENTENCES = (
    "my {} is cold",
    "no {} again today",
    "please bring {}",
    "the {} was good",
    "who took my {}",
    "a cup of {} for me",
    "is there {} left",
    "I like {} best",
)
# What each decision names, what it answers, and whether it was made past the promise.
DECIDED = f"""
    SELECT (e.data->'why'->>'version')::bigint,
           CASE WHEN m.text LIKE '%% tea %%' THEN 'tea' ELSE 'coffee' END,
           t.slug, e.recorded_at > p.published_at + interval '{PROMISED}'
      FROM webcare_ticketevent e
      JOIN webcare_ticketmessage tm ON tm.ticket_id = e.ticket_id
      JOIN conversations_message m ON m.id = tm.message_id
      JOIN webcare_topic t
        ON t.id = (e.data->'why'->'model'->'alternatives'->0->>'topic')::bigint
      JOIN webcare_topicmodel p ON p.id = %s
     WHERE e.kind = 'classified'"""
_numbers = count(1)


def post(desk, path, body):
    answer = urllib3.PoolManager(retries=False, timeout=30).request(
        "POST",
        f"{desk.url}/api/v1/{path}",
        body=json.dumps(body).encode(),
        headers={
            "content-type": "application/json",
            "authorization": f"Bearer {desk.access['token']}",
        },
    )
    assert answer.status < 300, answer.data
    return json.loads(answer.data)


def say_something(desk):
    """Eight people each say something of one drink or the other."""
    calls = []
    for drink in [*DRINKS] * 4:
        name = f"drinker-{next(_numbers)}"
        item = {
            "external_id": name,
            "text": f"Somebody spilled {drink} all over",
            "posted_at": datetime.now(UTC).isoformat(),
            "author": {"external_id": name},
        }
        calls.append([item])
    assert not Load(desk, calls).start().finish().refused


def talk_until(desk, condition, complaint):
    """Decisions go on being made until it holds."""

    def asked():
        say_something(desk)
        return condition()

    wait_for(asked, 120, complaint)


def published(desk, job):
    """The version that this training became; None before it is published."""
    [[version, state, failure]] = desk.fetch(
        "SELECT id, state, failure FROM webcare_topicmodel WHERE public_id = %s", job
    )
    assert state != "failed", failure
    return version if state == "published" else None


def all_decide_by(desk, job):
    """Whether every process of the worker has this model in its memory."""
    children = desk.processes["worker"].children()
    maps = [Path(f"/proc/{pid}/maps").read_text() for pid in children]
    return len(maps) == 2 and all(job in one for one in maps)


def is_past_the_promise(desk, version):
    [[is_past]] = desk.fetch(
        f"""SELECT now() > published_at + interval '{PROMISED}'
              FROM webcare_topicmodel WHERE id = %s""",
        version,
    )
    return is_past


def test_a_published_model_is_soon_every_workers_and_no_decision_mixes_two(desk):
    for drink, topic in DRINKS.items():
        texts = [{"text": sentence.format(drink)} for sentence in SENTENCES]
        post(desk, f"topics/{topic}/examples", texts)
    old = post(desk, "topics/train", {})["id"]
    wait_for(lambda: published(desk, old), 120, "no first model")
    first = published(desk, old)
    talk_until(desk, lambda: all_decide_by(desk, old), "not all decide by the first")

    # Taught the other way round, so that an answer tells whose it is.
    desk.fetch(
        """UPDATE webcare_topicexample e SET topic_id = other.id
             FROM webcare_topic own, webcare_topic other
            WHERE own.id = e.topic_id AND other.id <> own.id
              AND own.slug IN ('delivery', 'power')
              AND other.slug IN ('delivery', 'power')"""
    )
    new = post(desk, "topics/train", {})["id"]
    talk_until(desk, lambda: published(desk, new), "no second model")
    second = published(desk, new)
    talk_until(
        desk,
        lambda: all_decide_by(desk, new) and is_past_the_promise(desk, second),
        "not all decide by the second",
    )
    say_something(desk)
    desk.settle(60)

    decided = desk.fetch(DECIDED, second)
    assert {version for version, *_, is_late in decided if is_late} == {second}
    own = {(first, drink, topic) for drink, topic in DRINKS.items()}
    swapped = zip(DRINKS, reversed(DRINKS.values()), strict=True)
    own |= {(second, drink, topic) for drink, topic in swapped}
    assert {(version, drink, topic) for version, drink, topic, _ in decided} == own
