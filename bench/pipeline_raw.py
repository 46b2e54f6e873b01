"""The least a program can do to leave the rows of the pipeline behind.

One connection, batches of the pipeline's size, multi-row statements, one commit a
batch, and nothing read: it knows beforehand what the product finds out.
"""

import json
import os
import time
from datetime import UTC, datetime
from typing import Any

import psycopg

from bench.operations import TEXT

BATCH = 500
_TAKE_IDS = """
    SELECT nextval('conversations_author_id_seq'),
           nextval('conversations_thread_id_seq'),
           nextval('conversations_message_id_seq'),
           nextval('webcare_ticket_id_seq'), nextval('webcare_turn_id_seq')
      FROM generate_series(1, %s)"""
_INSERTS = (
    """INSERT INTO conversations_author (id, channel_id, external_id, handle, name)
       SELECT * FROM unnest(%(author)s::bigint[], %(channel)s::bigint[],
                            %(author_key)s::text[], %(handle)s::text[],
                            %(name)s::text[])""",
    """INSERT INTO conversations_thread (id, channel_id, key, visibility)
       SELECT * FROM unnest(%(thread)s::bigint[], %(channel)s::bigint[],
                            %(key)s::text[], %(visibility)s::text[])""",
    """INSERT INTO conversations_message
              (id, channel_id, external_id, thread_id, author_id, event_id, direction,
               visibility, text, url, in_reply_to, language, posted_at)
       SELECT id, channel, name, thread, author, id, 'in', 'public', text, '', '', '',
              %(at)s
         FROM unnest(%(message)s::bigint[], %(channel)s::bigint[], %(key)s::text[],
                     %(thread)s::bigint[], %(author)s::bigint[], %(text)s::text[])
              AS given(id, channel, name, thread, author, text)""",
    """INSERT INTO webcare_decision (message_id, verdict, reason)
       SELECT id, 'answer', 'addressed' FROM unnest(%(message)s::bigint[]) AS id""",
    """INSERT INTO webcare_ticket
              (id, thread_id, author_id, channel_id, status, queue_id, agent_id,
               language, topic_id, topic_by, topic_confidence, excerpt, opened_at,
               waiting_since, due_at, last_message_at, last_inbound_id)
       SELECT id, thread, author, channel, 'open', %(queue)s, agent, 'nl', %(topic)s,
              'rule', 1, excerpt, %(at)s, %(at)s, %(at)s, %(at)s, message
         FROM unnest(%(ticket)s::bigint[], %(thread)s::bigint[], %(author)s::bigint[],
                     %(channel)s::bigint[], %(agent)s::bigint[], %(text)s::text[],
                     %(message)s::bigint[])
              AS given(id, thread, author, channel, agent, excerpt, message)""",
    """INSERT INTO webcare_ticketmessage (message_id, ticket_id, origin_ticket_id)
       SELECT message, ticket, ticket
         FROM unnest(%(message)s::bigint[], %(ticket)s::bigint[])
              AS given(message, ticket)""",
    """INSERT INTO webcare_ticketevent (ticket_id, kind, effective_at, cause, data)
       SELECT ticket, kind, %(at)s, 'triage', data::jsonb
         FROM unnest(%(happened_to)s::bigint[], %(kind)s::text[], %(data)s::text[])
              AS given(ticket, kind, data)""",
    """INSERT INTO webcare_turn
              (id, ticket_id, number, started_at, first_message_id, channel_id)
       SELECT id, ticket, 1, %(at)s, message, channel
         FROM unnest(%(turn)s::bigint[], %(ticket)s::bigint[], %(message)s::bigint[],
                     %(channel)s::bigint[]) AS given(id, ticket, message, channel)""",
    """INSERT INTO webcare_clock
              (ticket_id, turn_id, promise, started_at, target_seconds, due_at)
       SELECT ticket, CASE promise WHEN 'first_response' THEN turn END, promise,
              %(at)s, 3600, %(at)s
         FROM unnest(%(ticket)s::bigint[], %(turn)s::bigint[]) AS given(ticket, turn),
              unnest(ARRAY['first_response', 'resolution']) AS promise""",
)
_FACTS = {
    "opened": {"message": 1, "reason": "addressed"},
    "classified": {"topic": 1, "by": "rule", "confidence": 1.0, "why": {"rules": [1]}},
    "routed": {"queue": 1, "why": {"by": "topic", "topic": 1}},
    "assigned": {"agent": 1, "why": {"load": 1, "capacity": 30_000, "among": 2}},
}


def write(messages: int) -> None:
    """Write the rows of so many messages."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, prepare_threshold=0, autocommit=True) as connection:
        desk = _desk(connection)
        for first in range(0, messages, BATCH):
            with connection.transaction(), connection.pipeline():
                _write_batch(connection, desk, min(BATCH, messages - first))


def _desk(connection: psycopg.Connection) -> dict[str, Any]:
    found = connection.execute(
        """SELECT c.id, q.id, t.id, (SELECT array_agg(user_id) FROM webcare_membership m
                                      WHERE m.queue_id = q.id)
             FROM conversations_channel c, webcare_queue q
             JOIN webcare_topic t ON t.queue_id = q.id
            WHERE c.slug = 'bench-raw' AND q.slug = 'outages'"""
    ).fetchone()
    assert found is not None
    return dict(zip(("channel", "queue", "topic", "agents"), found, strict=True))


def _write_batch(
    connection: psycopg.Connection, desk: dict[str, Any], count: int
) -> None:
    taken = connection.execute(_TAKE_IDS, [count]).fetchall()
    author, thread, message, ticket, turn = map(list, zip(*taken, strict=True))
    stamp = time.time_ns()
    lines = [(one, kind, data) for one in ticket for kind, data in _FACTS.items()]
    given = {
        **{"author": author, "thread": thread, "message": message, "ticket": ticket},
        "turn": turn,
        "channel": [desk["channel"]] * count,
        "queue": desk["queue"],
        "topic": desk["topic"],
        "agent": [desk["agents"][n % len(desk["agents"])] for n in range(count)],
        "author_key": [f"c-p-{stamp}-{n}" for n in range(count)],
        "key": [f"m:b-p-{stamp}-{n}" for n in range(count)],
        "handle": ["kim"] * count,
        "name": ["Kim Vos"] * count,
        "visibility": ["public"] * count,
        "text": [TEXT] * count,
        "at": datetime.now(UTC),
        "happened_to": [one for one, _, _ in lines],
        "kind": [kind for _, kind, _ in lines],
        "data": [json.dumps(data) for _, _, data in lines],
    }
    for statement in _INSERTS:
        connection.execute(statement, given)
