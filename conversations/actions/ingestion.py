"""Keep what came in before anybody is told that it did. Nothing is published here."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from conversations.adapters import generic
from conversations.adapters.base import Item, Rejected
from conversations.crashpoints import crossing
from conversations.models import Channel, Source
from conversations.models.bulk import fetch

READ = "read"  # the stage that reads what is kept here


class Taken(NamedTuple):
    """What became of the messages of one call."""

    accepted: int
    duplicate: int
    rejected: list[Rejected]


def keep_call(*, channel: Channel, key: str, body: bytes) -> bool:
    """Keep one signed call, whole and unread; False when it had come before.

    One statement, committed when this returns.
    """
    digest = sha256(key.encode()).hexdigest()  # of any length, from the signed call
    return _keep(channel, Source.HOOK, {f"h:{digest}": body}) == 1


def take_messages(*, channel: Channel, body: bytes, now: datetime) -> Taken:
    """Keep the good messages of a call in the generic format, whatever the bad ones.

    One statement, committed when this returns. Raises Unreadable when no message of
    the body can be told apart.
    """
    items, rejected = generic.read(body, now=now)
    kept = keep_items(channel=channel, items=items) if items else 0
    return Taken(kept, len(items) - kept, rejected)


def keep_items(*, channel: Channel, items: Sequence[Item]) -> int:
    """Keep the messages of one API call; returns how many had not come before.

    One statement, committed when this returns. A key that stands twice in `items`
    is kept once.
    """
    return _keep(channel, Source.API, {item.key: item.raw for item in items})


def _keep(channel: Channel, source: Source, bodies: dict[str, bytes]) -> int:
    """Insert in the order of the keys, so that two calls can never wait in a ring."""
    keys = sorted(bodies)
    keep = """
        WITH kept AS (
            INSERT INTO conversations_inboundevent (channel_id, source, key, body)
            SELECT %s, %s, given.key, given.body
              FROM unnest(%s::text[], %s::bytea[]) AS given(key, body)
                ON CONFLICT DO NOTHING
            RETURNING id
        ), queued AS (
            INSERT INTO conversations_work (stage, subject_id)
            SELECT %s, id FROM kept
        )
        SELECT count(*) FROM kept"""
    given = [channel.pk, source.value, keys, [bodies[key] for key in keys], READ]
    crossing("intake.keeping")
    [[kept]] = fetch(keep, given, prepared=True)
    crossing("intake.kept")
    return int(kept)
