"""How things of the desk look in JSON: a serializer says it, a function does it.

The functions write plain dictionaries by hand, which costs a tenth of a serializer;
a test holds every one of them to the schema that the serializers declare.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from rest_framework import serializers

from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import DecidedBy, Priority, PrioritySetBy, Resolution
from webcare.domain.readings import Sentiment
from webcare.queries.tags import Colour
from webcare.queries.ticket_lists import TicketRow

Json = dict[str, Any]
# Where a ticket can go with an answer.
THEN = [
    (one.value, one.label) for one in (Status.OPEN, Status.PENDING, Status.RESOLVED)
]


class Out(serializers.Serializer[Any]):
    """What we send: every member is always there."""


def stamp(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC; the database hands out nothing else."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


class NamedOut(Out):
    slug = serializers.CharField()
    name = serializers.CharField()


class TopicOfTicketOut(NamedOut):
    by = serializers.ChoiceField(choices=DecidedBy.choices)
    confidence = serializers.FloatField(allow_null=True)


class PersonOut(Out):
    id = serializers.UUIDField()
    name = serializers.CharField()


def person(public_id: UUID | None, name: str | None) -> Json | None:
    """How a person is told of everywhere: by an id and a name."""
    return None if public_id is None else {"id": str(public_id), "name": name}


def person_out(user: Any) -> Json:
    return {"id": str(user.public_id), "name": str(user)}


class TagOut(NamedOut):
    colour = serializers.ChoiceField(choices=Colour.choices)


class ReferenceOut(Out):
    """What another system calls a ticket."""

    id = serializers.UUIDField()
    system = serializers.CharField()
    reference = serializers.CharField()
    url = serializers.CharField()


class AuthorOut(Out):
    id = serializers.UUIDField()
    handle = serializers.CharField()
    name = serializers.CharField()


class AlsoTopicOut(NamedOut):
    """What a ticket is about beside its first topic."""

    by = serializers.ChoiceField(choices=DecidedBy.choices)


class TicketOut(Out):
    """One question from one author. Durations are whole seconds."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Status.choices)
    priority = serializers.ChoiceField(choices=Priority.choices)
    priority_reason = serializers.CharField()
    priority_by = serializers.ChoiceField(choices=PrioritySetBy.choices)
    is_danger = serializers.BooleanField()
    language = serializers.CharField()
    sentiment = serializers.ChoiceField(choices=Sentiment.choices, allow_blank=True)
    excerpt = serializers.CharField()
    breached = serializers.BooleanField()
    opened_at = serializers.DateTimeField()
    waiting_since = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    last_message_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()
    first_response_seconds = serializers.IntegerField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.ChoiceField(choices=Resolution.choices, allow_blank=True)
    resolution_seconds = serializers.IntegerField(allow_null=True)
    queue = NamedOut(allow_null=True)
    topic = TopicOfTicketOut(allow_null=True)
    also_topics = AlsoTopicOut(many=True)
    agent = PersonOut(allow_null=True)
    channel = NamedOut()
    author = AuthorOut()
    tags = TagOut(many=True)


class ListedTicketOut(TicketOut):
    """A ticket as lists show it; `following` is whether you do."""

    following = serializers.BooleanField()


class TicketInFullOut(TicketOut):
    """One ticket with what stands beside it; `fields` maps a key to its answer."""

    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.JSONField()
    )
    references = ReferenceOut(many=True)
    followers = PersonOut(many=True)
    snoozed_until = serializers.DateTimeField(allow_null=True)
    resolution_reason = serializers.CharField()
    resolution_note = serializers.CharField()
    merged_into = serializers.UUIDField(allow_null=True)


def ticket_out(row: TicketRow) -> Json:
    return {
        "id": str(row.id),
        "number": row.number,
        "version": row.version,
        "status": row.status,
        "priority": row.priority,
        "priority_reason": row.priority_reason,
        "priority_by": row.priority_by,
        "is_danger": row.is_danger,
        "language": row.language,
        "sentiment": row.sentiment,
        "excerpt": row.excerpt,
        "breached": row.is_late,
        "opened_at": stamp(row.opened_at),
        "waiting_since": stamp(row.waiting_since),
        "due_at": stamp(row.due_at),
        "last_message_at": stamp(row.last_message_at),
        "changed_at": stamp(row.changed_at),
        "first_response_seconds": row.first_response_seconds,
        "resolved_at": stamp(row.resolved_at),
        "resolution": row.resolution,
        "resolution_seconds": row.resolution_seconds,
        "queue": _named(row.queue, row.queue_name),
        "topic": _topic(row),
        "also_topics": orjson.loads(row.also_topics),
        "agent": _agent(row),
        "channel": _named(row.channel, row.channel_name),
        "author": {
            "id": str(row.author),
            "handle": row.author_handle,
            "name": row.author_name,
        },
        "tags": orjson.loads(row.tags),
    }


def listed_ticket_out(row: TicketRow) -> Json:
    return {**ticket_out(row), "following": row.following}


def ticket_in_full_out(row: TicketRow) -> Json:
    return {**ticket_out(row), **json.loads(row.beside)}


def _named(slug: str | None, name: str | None) -> Json | None:
    return None if slug is None else {"slug": slug, "name": name}


def _topic(row: TicketRow) -> Json | None:
    if row.topic is None:
        return None
    return {
        "slug": row.topic,
        "name": row.topic_name,
        "by": row.topic_by,
        "confidence": row.topic_confidence,
    }


def _agent(row: TicketRow) -> Json | None:
    return person(row.agent, row.agent_name)
