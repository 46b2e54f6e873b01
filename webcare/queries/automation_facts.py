"""What is true of a ticket, as conditions of rules ask it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.domain.automation.conditions import MOST_TEXT, Facts


class Asked(NamedTuple):
    """A ticket, and the message and the promise that it is about, where an event
    brought them."""

    ticket: int
    message: int | None = None
    promise: str | None = None


_FACTS = """
    SELECT k.id, k.public_id, k.status, q.slug, k.topic_id, c.slug, k.language,
           k.priority, a.public_id::text, k.is_danger, t.visibility, w.handle,
           w.external_id,
           floor(extract(epoch FROM statement_timestamp() - k.waiting_since))::bigint,
           floor(extract(epoch FROM statement_timestamp() - k.opened_at))::bigint,
           floor(extract(epoch FROM statement_timestamp() - k.status_since))::bigint,
           coalesce(left(m.text, %s), ''),
           ARRAY(SELECT g.slug FROM webcare_tickettag kg
                   JOIN webcare_tag g ON g.id = kg.tag_id WHERE kg.ticket_id = k.id),
           ARRAY(SELECT f.key || '=' || lower(coalesce(
                        v.text, trim_scale(v.number)::text, v.date::text,
                        v.checkbox::text))
                   FROM webcare_fieldvalue v
                   JOIN webcare_customfield f ON f.id = v.field_id
                  WHERE v.ticket_id = k.id),
           ARRAY(SELECT l.slug FROM webcare_listedauthor la
                   JOIN webcare_authorlist l ON l.id = la.author_list_id
                  WHERE la.author_id = k.author_id),
           coalesce(nullif(r.sentiment_said, ''), r.sentiment),
           CASE WHEN asked.promise IS NOT NULL THEN ARRAY[asked.promise] ELSE
           ARRAY(SELECT DISTINCT p.promise FROM webcare_clock p
                  WHERE p.ticket_id = k.id
                    AND coalesce(p.warned_at, p.breached_at) IS NOT NULL) END
      FROM unnest(%s::bigint[], %s::bigint[], %s::text[])
           AS asked(ticket, message, promise)
      JOIN webcare_ticket k ON k.id = asked.ticket
      JOIN conversations_channel c ON c.id = k.channel_id
      JOIN conversations_thread t ON t.id = k.thread_id
      JOIN conversations_author w ON w.id = k.author_id
      LEFT JOIN webcare_queue q ON q.id = k.queue_id
      LEFT JOIN webcare_user a ON a.id = k.agent_id
      LEFT JOIN conversations_message m
             ON m.id = coalesce(asked.message, k.last_inbound_id)
            AND m.deleted_at IS NULL
      LEFT JOIN webcare_reading r
             ON r.message_id = CASE m.direction WHEN 'in' THEN m.id
                                    WHEN 'out' THEN k.last_inbound_id END"""


def facts_of(asked: Iterable[Asked]) -> dict[int, Facts]:
    """Return what conditions can ask about each of these tickets: two statements."""
    tickets = list(asked)
    rows = fetch(
        _FACTS,
        [
            MOST_TEXT,
            [one.ticket for one in tickets],
            [one.message for one in tickets],
            [one.promise for one in tickets],
        ],
    )
    paths = topic_paths() if rows else {}
    return {row[0]: _facts(_Fact(*row), paths) for row in rows}


class _Fact(NamedTuple):
    """A row of `_FACTS`."""

    ticket: int
    id: UUID
    status: str
    queue: str | None
    topic: int | None
    channel: str
    language: str
    priority: str
    agent: str | None
    danger: bool
    visibility: str
    handle: str
    external_id: str
    waiting: int | None
    age: int
    since: int
    text: str
    tags: list[str]
    custom: list[str]
    author_lists: list[str]
    sentiment: str | None
    promises: list[str]


def _facts(row: _Fact, paths: Mapping[int, frozenset[str]]) -> Facts:
    none = frozenset({"none"})
    words: dict[str, frozenset[Any]] = {
        "id": frozenset({str(row.id)}),
        "status": frozenset({row.status}),
        "queue": frozenset({row.queue or "none"}),
        "topic": none if row.topic is None else paths[row.topic],
        "channel": frozenset({row.channel}),
        "language": frozenset({row.language or "none"}),
        "priority": frozenset({row.priority}),
        "agent": frozenset({"any", row.agent}) if row.agent else none,
        "danger": frozenset({row.danger}),
        "visibility": frozenset({row.visibility}),
        "author": frozenset(
            {row.handle.removeprefix("@").casefold(), row.external_id.casefold()}
        ),
        "tag": frozenset(row.tags) or none,
        "author_list": frozenset(row.author_lists) or none,
        "sentiment": frozenset({row.sentiment or "none"}),
        "promise": frozenset(row.promises) or none,
    }
    for key, _, value in (one.partition("=") for one in row.custom):
        words[f"custom:{key}"] = frozenset({value.casefold()})
    numbers = {
        "waiting_seconds": row.waiting,
        "age_seconds": row.age,
        "status_seconds": row.since,
    }
    return Facts(words, numbers, row.text, row.language)


def topic_paths() -> dict[int, frozenset[str]]:
    """Topic -> its own slug and those above it, up to the root.

    What was merged stands below what took it over, and rules that speak of the one
    hold for the other as well.
    """
    rows = fetch("SELECT id, slug, parent_id, merged_into_id FROM webcare_topic", [])
    topics = {pk: (slug, into or parent) for pk, slug, parent, into in rows}
    merged = {slug: into for _, slug, _, into in rows if into}

    def path(pk: int) -> frozenset[str]:
        seen: dict[int, str] = {}
        here: int | None = pk
        while here is not None and here not in seen:
            seen[here], here = topics[here]
        return frozenset(seen.values())

    paths = {pk: path(pk) for pk in topics}
    also = {slug: topics[into][0] for slug, into in merged.items()}

    def with_merged(slugs: frozenset[str]) -> frozenset[str]:
        found, more = slugs, slugs
        while more:
            more = frozenset(one for one, into in also.items() if into in more) - found
            found |= more
        return found

    return {pk: with_merged(slugs) for pk, slugs in paths.items()}
