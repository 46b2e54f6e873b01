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
from webcare.queries.beside import BESIDE, Beside, read_beside
from webcare.queries.desk import DeskNamed
from webcare.queries.inbox import in_words
from webcare.queries.people import Rights
from webcare.queries.sight import (
    known_tags,
    known_topics,
    own_queues,
    seen_queues,
)
from webcare.queries.tickets import Seen


class Clock(NamedTuple):
    """One promise on this ticket."""

    promise: str
    started_at: datetime
    due_at: datetime | None  # None while it is held up
    stopped_at: datetime | None
    warns_at: datetime | None
    breached_at: datetime | None

    @property
    def label(self) -> str:
        return str(Promise(self.promise).label)

    def light(self, now: datetime) -> Light:
        """How it stands, or how it stood when it was stopped."""
        if self.breached_at:
            return Light.RED
        warns_at = None if self.stopped_at else self.warns_at
        return light(self.due_at, warns_at, self.stopped_at or now)


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
    # What the author's newest message is taken for: a label, and a person's word.
    reading: dict[str, Any]
    beside: Beside
    named: DeskNamed
    sets_up: bool

    @property
    def draft(self) -> str:
        """What goes on in the composer: what was taken back, or begun."""
        return self.taken_back or (self.beside.begun.text if self.beside.begun else "")


def card_of(
    ticket: Ticket,
    user: User,
    taken_back: UUID | None = None,
    *,
    rights: Rights | None = None,
    sets_up: bool = False,
) -> Card:
    """Return what stands beside `ticket`, in one statement.

    Of queues and topics those that `user` may know of; external people ask once more.

    `taken_back` names an answer of `user` that they have just taken back, or that was
    not approved: its text comes with the card, to be written on. `sets_up` is whether
    they set the desk up.
    """
    own, known = own_queues(user), known_topics(user)
    tags = known_tags(user)
    values = {
        "ticket": ticket.pk,
        "queue": ticket.queue_id,
        "newest": ticket.last_inbound_id,
        "user": user.pk,
        "taken_back": taken_back,
        "own": None if own is None else sorted(own),
        "known": None if known is None else sorted(known),
        "tags": None if tags is None else sorted(tags),
        "of": ticket.pk,
        "visible": seen_queues(rights or Rights.of(user)),
    }
    [row] = fetch(_SQL, values, prepared=True)
    presence, newest, text = row[:3]
    parts = map(json.loads, row[3:])
    clocks, queues, topics, classified, routed, reading, named, beside = parts
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
        reading,
        read_beside(beside),
        DeskNamed(*named),
        sets_up,
    )


def topics_to_choose(user: User) -> list[Choice]:
    """Return the topics in use that `user` may know of, each under its parent."""
    known = known_topics(user)
    rows = fetch(
        """SELECT id, parent_id, slug, name, name_nl FROM webcare_topic
            WHERE retired_at IS NULL
              AND (%(known)s::bigint[] IS NULL OR id = ANY(%(known)s)) ORDER BY name""",
        {"known": None if known is None else sorted(known)},
    )
    return _tree([list(row) for row in rows])


def _clock(promise: str, started_at: str, *moments: str | None) -> Clock:
    """The moments come as text, or not at all."""
    due, stopped, warns, breached = (
        datetime.fromisoformat(at) if at else None for at in moments
    )
    started = datetime.fromisoformat(started_at)
    return Clock(promise, started, due, stopped, warns, breached)


def _tree(topics: list[list[Any]]) -> list[Choice]:
    """Topics by name, each under its parent; at the top where that is not offered."""
    offered = {pk for pk, *_ in topics}
    return _under(
        [
            [pk, above if above in offered else None, *rest]
            for pk, above, *rest in topics
        ],
        None,
    )


def _under(topics: list[list[Any]], above: int | None) -> list[Choice]:
    found: list[Choice] = []
    below = [one for one in topics if one[1] == above]
    for pk, _, key, name, name_nl in below:
        depth = 0 if above is None else 1
        found.append(Choice(key, in_words(name, name_nl), depth))
        found += [one._replace(depth=one.depth + depth) for one in _under(topics, pk)]
    return found


_SQL = f"""
SELECT coalesce((SELECT state FROM webcare_presence WHERE user_id = %(user)s), 'away'),
       coalesce((SELECT max(r.id) FROM webcare_reply r
                   JOIN conversations_delivery d ON d.id = r.delivery_id
                  WHERE r.ticket_id = %(ticket)s AND d.state <> 'cancelled'), 0),
       coalesce((SELECT r.text FROM webcare_reply r
                   JOIN conversations_delivery d ON d.id = r.delivery_id
                  WHERE r.ticket_id = %(ticket)s AND r.author_id = %(user)s
                    AND d.state = 'cancelled'
                    AND r.public_id = %(taken_back)s::uuid),
                (SELECT a.text FROM webcare_approval a
                  WHERE a.ticket_id = %(ticket)s AND a.writer_id = %(user)s
                    AND a.state IN ('rejected', 'voided', 'expired')
                    AND a.public_id = %(taken_back)s::uuid), ''),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(
                   promise, started_at, due_at, stopped_at,
                   coalesce(warned_at, next_at), breached_at)
                   ORDER BY stopped_at IS NOT NULL, due_at), '[]')
          FROM (SELECT * FROM webcare_clock WHERE ticket_id = %(ticket)s
                 ORDER BY stopped_at IS NOT NULL, due_at DESC LIMIT 4) AS c),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(slug, name)
                   ORDER BY name), '[]') FROM webcare_queue
         WHERE %(own)s::bigint[] IS NULL OR id = ANY(%(own)s)),
       (SELECT coalesce(jsonb_agg(jsonb_build_array(
                   id, parent_id, slug, name, name_nl)
                   ORDER BY is_pinned DESC, name), '[]')
          FROM webcare_topic WHERE retired_at IS NULL
            AND (%(known)s::bigint[] IS NULL OR id = ANY(%(known)s))),
       coalesce((SELECT data FROM webcare_ticketevent
                  WHERE ticket_id = %(ticket)s AND kind = 'classified'
                    AND data->>'by' IS DISTINCT FROM 'merge'
                  ORDER BY id DESC LIMIT 1), '{{}}'),
       coalesce((SELECT data FROM webcare_ticketevent
                  WHERE ticket_id = %(ticket)s AND kind = 'routed'
                  ORDER BY id DESC LIMIT 1), '{{}}'),
       coalesce((SELECT jsonb_build_object('danger', danger,
                     'danger_said', danger_said, 'sentiment', sentiment,
                     'score', sentiment_score, 'sentiment_said', sentiment_said)
                   FROM webcare_reading
                  WHERE message_id = %(newest)s), '{{}}'),
       coalesce((SELECT jsonb_build_array(name, language, is_demo)
                   FROM webcare_desksetting), '[]'),
       {BESIDE}
"""
