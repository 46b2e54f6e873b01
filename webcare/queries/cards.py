"""What stands beside a ticket: its clocks, its reasons, and what it may become."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.clocks import Light, light
from webcare.domain.outcomes import Promise
from webcare.models import Ticket, User
from webcare.queries.inbox import in_words
from webcare.queries.tickets import Seen


class Clock(NamedTuple):
    """One promise on this ticket."""

    promise: str
    started_at: datetime
    due_at: datetime
    target_seconds: int
    stopped_at: datetime | None

    @property
    def label(self) -> str:
        return str(Promise(self.promise).label)

    def light(self, now: datetime) -> Light:
        """How it stands, or how it stood when it was stopped."""
        return light(self.due_at, self.target_seconds, self.stopped_at or now)


class Choice(NamedTuple):
    """Something a ticket can be given, by name."""

    key: str
    name: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """The facts beside a ticket; *classified* and *routed* are the log's own data."""

    presence: str
    seen: Seen
    clocks: list[Clock]
    queues: list[Choice]
    topics: list[Choice]
    topic_names: dict[int, str]
    classified: dict[str, Any]
    routed: dict[str, Any]
    taken_back: str


def card_of(ticket: Ticket, user: User, taken_back: UUID | None = None) -> Card:
    """Return what stands beside `ticket`, in one statement.

    `taken_back` names an answer that `user` has just taken back: its text comes with
    the card, to be written on.
    """
    [row] = fetch(
        _SQL, {"ticket": ticket.pk, "user": user.pk, "taken_back": taken_back}
    )
    presence, newest, text = row[:3]
    clocks, queues, topics, classified, routed = map(json.loads, row[3:])
    return Card(
        presence,
        Seen.with_newest(ticket, newest),
        [_clock(*one) for one in clocks],
        [Choice(*one) for one in queues],
        _tree(topics),
        {pk: in_words(name, name_nl) for pk, _, _, name, name_nl in topics},
        classified,
        routed,
        text,
    )


def _clock(
    promise: str, started_at: str, due_at: str, seconds: int, stopped_at: str | None
) -> Clock:
    stopped = datetime.fromisoformat(stopped_at) if stopped_at else None
    return Clock(
        promise,
        datetime.fromisoformat(started_at),
        datetime.fromisoformat(due_at),
        seconds,
        stopped,
    )


def _tree(topics: list[list[Any]], above: int | None = None) -> list[Choice]:
    """Topics by name, each under its parent."""
    found: list[Choice] = []
    below = [one for one in topics if one[1] == above]
    for pk, _, key, name, name_nl in below:
        depth = 0 if above is None else 1
        found.append(Choice(key, in_words(name, name_nl), depth))
        found += [one._replace(depth=one.depth + depth) for one in _tree(topics, pk)]
    return found


_SQL = """
SELECT coalesce((SELECT state FROM webcare_presence WHERE user_id = %(user)s), 'away'),
       coalesce((SELECT max(r.id) FROM webcare_reply r
                   JOIN conversations_delivery d ON d.id = r.delivery_id
                  WHERE r.ticket_id = %(ticket)s AND d.state <> 'cancelled'), 0),
       coalesce((SELECT r.text FROM webcare_reply r
                   JOIN conversations_delivery d ON d.id = r.delivery_id
                  WHERE r.ticket_id = %(ticket)s AND r.author_id = %(user)s
                    AND d.state = 'cancelled'
                    AND r.public_id = %(taken_back)s::uuid), ''),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(
                   promise, started_at, due_at, target_seconds, stopped_at)
                   ORDER BY stopped_at IS NOT NULL, due_at), '[]')
          FROM (SELECT * FROM webcare_clock WHERE ticket_id = %(ticket)s
                 ORDER BY stopped_at IS NOT NULL, due_at DESC LIMIT 4) AS c),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(slug, name)
                   ORDER BY name), '[]') FROM webcare_queue),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(
                   id, parent_id, slug, name, name_nl) ORDER BY name), '[]')
          FROM webcare_topic WHERE retired_at IS NULL),
       coalesce((SELECT data FROM webcare_ticketevent
                  WHERE ticket_id = %(ticket)s AND kind = 'classified'
                  ORDER BY id DESC LIMIT 1), '{}'),
       coalesce((SELECT data FROM webcare_ticketevent
                  WHERE ticket_id = %(ticket)s AND kind = 'routed'
                  ORDER BY id DESC LIMIT 1), '{}')
"""
