"""Rules as they run: which there are, what is true of a ticket, what they did."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from conversations.models.bulk import fetch
from webcare.domain.automation.conditions import MOST_TEXT, Facts
from webcare.domain.automation.definitions import Definition, read_definition
from webcare.domain.automation.words import TraceResult as TraceResult
from webcare.domain.permissions import Permission
from webcare.exceptions import NotAllowed, NotFound
from webcare.models import AutomationRule, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import everywhere_or_in, queues_where
from webcare.queries.sight import visible


class Runnable(NamedTuple):
    """A rule that is enabled, in the version that runs now."""

    id: int
    public_id: UUID
    number: int
    version: int  # the row that a trace names
    queue: int | None
    owner: int | None
    definition: Definition

    @property
    def cause(self) -> str:
        """What the log says made it happen."""
        return f"rule:{str(self.public_id)[:8]}"


_RUNNABLE = """
    SELECT r.id, r.public_id, r.version, v.id, r.queue_id, r.owner_id, v.definition
      FROM webcare_automationrule r
      JOIN webcare_automationruleversion v ON v.rule_id = r.id AND v.number = r.version
     WHERE r.is_enabled AND {which} ORDER BY r.position, r.id"""


def listening_rules() -> list[Runnable]:
    """Return the rules that listen to events, in their order: one statement."""
    return _runnable("r.timer_state = ''")


def timed_rules() -> list[Runnable]:
    """Return the rules that wait for a time to pass."""
    return _runnable("r.timer_state <> ''")


def _runnable(which: str) -> list[Runnable]:
    rows = fetch(_RUNNABLE.format(which=which), [])
    return [
        Runnable(pk, public_id, number, version, queue, owner, _compiled(version, data))
        for pk, public_id, number, version, queue, owner, data in rows
    ]


@lru_cache(maxsize=1_000)
def _compiled(version: int, given: str) -> Definition:
    """A version never changes: it is read once in each process."""
    return read_definition(json.loads(given))


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


class Waking(NamedTuple):
    """A line of history that wakes rules."""

    event: int | None  # None: a time that passed
    ticket: int
    kind: str
    depth: int
    message: int | None
    promise: str | None = None


def waking(event_ids: Sequence[int]) -> list[Waking]:
    """Return these events in the order in which they were written."""
    rows = fetch(
        """SELECT id, ticket_id, kind, coalesce((data->>'depth')::int, 0),
                  CASE WHEN jsonb_typeof(data->'message') = 'number'
                       THEN (data->>'message')::bigint END,
                  CASE WHEN kind IN ('warned', 'breached') THEN data->>'promise' END
             FROM webcare_ticketevent WHERE id = ANY(%s) ORDER BY id""",
        [list(event_ids)],
    )
    return [Waking(*row) for row in rows]


# What is checked by name when a rule is saved: kind -> the names there are.
_NAMES = {
    "queue": "SELECT slug FROM webcare_queue WHERE slug = ANY(%s)",
    "topic": """SELECT slug FROM webcare_topic
                 WHERE slug = ANY(%s)
                   AND (retired_at IS NULL OR merged_into_id IS NOT NULL)""",
    "author_list": "SELECT slug FROM webcare_authorlist WHERE slug = ANY(%s)",
    "channel": "SELECT slug FROM conversations_channel WHERE slug = ANY(%s)",
    "tag": "SELECT slug FROM webcare_tag WHERE slug = ANY(%s) AND retired_at IS NULL",
    "custom": "SELECT key FROM webcare_customfield WHERE key = ANY(%s)",
    "agent": """SELECT public_id::text FROM webcare_user
                 WHERE public_id::text = ANY(%s) AND is_active""",
    "macro": """SELECT public_id::text FROM webcare_macro
                 WHERE public_id::text = ANY(%s) AND user_id IS NULL
                   AND NOT is_retired""",
    "subscription": """SELECT public_id::text FROM webcare_subscription
                        WHERE public_id::text = ANY(%s)""",
}


def known_names(kind: str, names: Sequence[str]) -> set[str]:
    """Return which of `names` there are."""
    return {row[0] for row in fetch(_NAMES[kind], [list(names)])}


NAMED = frozenset(_NAMES)


def is_asked_for(field: str, name: str) -> bool:
    """Return whether a condition of a rule in use asks for this name."""
    found = fetch(
        """SELECT 1 FROM webcare_automationrule r
             JOIN webcare_automationruleversion v
               ON v.rule_id = r.id AND v.number = r.version
            WHERE r.retired_at IS NULL AND jsonb_path_exists(v.definition,
                  '$.conditions.** ? (@.field == $field)."is"[*] ? (@ == $name)',
                  jsonb_build_object('field', %s::text, 'name', %s::text))
            LIMIT 1""",
        [field, name],
    )
    return bool(found)


def rules_of(user: User) -> QuerySet[AutomationRule]:
    """Return the rules in use that `user` may manage, in the order they run.

    Raises NotAllowed for somebody who manages rules nowhere.
    """
    queues = queues_where(user, Permission.MANAGE_RULES)
    if not queues:
        raise NotAllowed(permission=Permission.MANAGE_RULES.value)
    return (
        AutomationRule.objects.filter(everywhere_or_in(queues), retired_at=None)
        .select_related("queue", "owner")
        .order_by("position", "pk")
    )


def rule_for(user: User, public_id: UUID) -> AutomationRule:
    """Return one rule. Raises NotFound when it is not there, or not for `user`."""
    found = rules_of(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such rule.")
    return found


def definitions_of(rules: Sequence[AutomationRule]) -> dict[int, dict[str, Any]]:
    """Return what each of these rules does now: one statement."""
    rows = fetch(
        """SELECT r.id, v.definition FROM webcare_automationrule r
             JOIN webcare_automationruleversion v
               ON v.rule_id = r.id AND v.number = r.version
            WHERE r.id = ANY(%s)""",
        [[rule.pk for rule in rules]],
    )
    return {pk: json.loads(definition) for pk, definition in rows}


def newest_tickets(user: User, count: int) -> list[int]:
    """Return the last tickets that `user` may see, the newest first."""
    seen, values = visible(user)
    rows = fetch(
        f"""SELECT k.id FROM webcare_ticket k WHERE {seen}
             ORDER BY k.id DESC LIMIT %(count)s""",
        {**values, "count": count},
    )
    return [pk for (pk,) in rows]


class TraceRow(NamedTuple):
    """What one rule did to a ticket."""

    at: datetime
    pk: int
    rule: UUID
    name: str
    version: int
    event: int | None
    kind: str | None
    result: str
    reason: str
    depth: int
    steps: list[dict[str, Any]]


_TRACES = Listing(
    """r.public_id, r.name, v.number, x.event_id, e.kind, x.result, x.reason, x.depth,
       x.steps""",
    """webcare_ruletrace x
       JOIN webcare_automationruleversion v ON v.id = x.version_id
       JOIN webcare_automationrule r ON r.id = v.rule_id
       LEFT JOIN webcare_ticketevent e ON e.id = x.event_id""",
    "x.id",
    ["x.ticket_id = %(ticket)s"],
)
TRACES = Order("x.at", descending=True)


def trace_page(
    ticket: int, mark: Mark | None, limit: int
) -> tuple[list[TraceRow], Page]:
    """Return a page of what rules did to a ticket, the newest first."""
    listing = Listing(
        _TRACES.columns, _TRACES.source, _TRACES.id, _TRACES.where, {"ticket": ticket}
    )
    page = read_page(listing, TRACES, mark, limit)
    return [_trace(row) for row in page.rows], page


def _trace(row: tuple[Any, ...]) -> TraceRow:
    *plain, steps = row
    return TraceRow._make((*plain, json.loads(steps)))
