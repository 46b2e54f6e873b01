"""What a list of tickets can be narrowed to: the names that its reader knows."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission
from webcare.models import User
from webcare.queries.inbox import in_words
from webcare.queries.people import EVERYWHERE, Rights

Pairs = list[tuple[str, str]]  # what stands in an address, and what people call it


class Asked(NamedTuple):
    """A question of the desk's own; `choices` where it has answers to choose from."""

    key: str
    name: str
    kind: str
    choices: list[str]


class Choices(NamedTuple):
    queues: Pairs
    topics: Pairs
    agents: Pairs
    channels: Pairs
    tags: Pairs
    languages: Pairs
    fields: list[Asked]


def choices_for(user: User) -> Choices:
    """Return what `user` may ask a list for. One statement.

    Queues are those that they see, colleagues those who work in them.
    """
    seen = Rights.of(user).where(Permission.SEE_TICKETS)
    [row] = fetch(
        _SQL,
        {
            "everywhere": EVERYWHERE in seen,
            "queues": sorted(queue for queue in seen if queue is not None),
        },
    )
    queues, topics, agents, channels, tags, languages, fields = (
        [tuple(one) for one in json.loads(part)] for part in row
    )
    named = _named(topics)
    asked = [
        Asked(key, in_words(name, name_nl), kind, choices)
        for key, name, name_nl, kind, choices in fields
    ]
    return Choices(queues, named, agents, channels, tags, languages, asked)


def _named(topics: Sequence[tuple[Any, ...]]) -> list[tuple[str, str]]:
    """Topics as the reader calls them: those that are pinned, then by name."""
    found = sorted(
        (not is_pinned, in_words(name, name_nl), slug)
        for slug, name, name_nl, is_pinned in topics
    )
    return [(slug, name) for _later, name, slug in found]


_SQL = """
SELECT (SELECT coalesce(jsonb_agg(jsonb_build_array(slug, name) ORDER BY name), '[]')
          FROM webcare_queue WHERE %(everywhere)s OR id = ANY(%(queues)s)),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(slug, name, name_nl, is_pinned)),
                        '[]')
          FROM webcare_topic WHERE retired_at IS NULL),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(u.public_id, coalesce(
                   nullif(btrim(u.first_name || ' ' || u.last_name), ''), u.username))
                   ORDER BY u.first_name, u.last_name, u.username), '[]')
          FROM webcare_user u
         WHERE u.is_active AND EXISTS (
               SELECT FROM webcare_membership m
                WHERE m.user_id = u.id AND (%(everywhere)s OR m.queue_id IS NULL
                      OR m.queue_id = ANY(%(queues)s)))),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(slug, name) ORDER BY name), '[]')
          FROM conversations_channel),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(slug, name) ORDER BY name), '[]')
          FROM webcare_tag WHERE retired_at IS NULL),
       '[["nl", "nl"], ["en", "en"]]',
       (SELECT coalesce(jsonb_agg(jsonb_build_array(key, name, name_nl, kind, choices)
                   ORDER BY position, key), '[]')
          FROM webcare_customfield
         WHERE retired_at IS NULL AND (%(everywhere)s OR queue_id IS NULL
               OR queue_id = ANY(%(queues)s)))
"""
