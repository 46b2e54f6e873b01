"""Rules as they run: which there are, what wakes them, and which names they know."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from conversations.models.bulk import fetch
from webcare.domain.automation.definitions import Definition, read_definition
from webcare.domain.permissions import Permission
from webcare.exceptions import NotAllowed, NotFound
from webcare.models import AutomationRule, User
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
