"""Lines of history, for programs: in names that mean something to who reads them.

The log keeps our own ids, and why a machine decided as it did; outside they are
slugs and public ids, and external people are told of no queue but their own.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.models import TicketEvent, User
from webcare.queries.conversation import Place
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import called
from webcare.queries.sight import own_queues

EventKind = TicketEvent.Kind


class EventRow(NamedTuple):
    """One line of history; `data` names things by what clients know them by."""

    written_in: int
    id: int
    ticket: UUID
    kind: str
    effective_at: datetime
    recorded_at: datetime
    cause: str
    actor: UUID | None
    actor_name: str | None
    data: dict[str, Any]


def event_page(
    ticket: Place, mark: Mark | None, limit: int
) -> tuple[list[EventRow], Page]:
    """Return a page of the ticket's history, in the order in which it happened."""
    where = ["e.ticket_id = %(ticket)s"]
    listing = Listing(EVENT_COLUMNS, EVENT_SOURCE, "e.id", where, {"ticket": ticket.id})
    page = read_page(listing, EVENTS_OF_TICKET, mark, limit)
    rows = [event_row(row[2:]) for row in page.rows]
    return told(rows, ticket.reader), page


def event_row(row: tuple[Any, ...]) -> EventRow:
    *plain, data = row
    facts = json.loads(data)
    # What it was before: a word, or our own ids, kept for undoing.
    if not isinstance(facts.get("was", ""), str):
        del facts["was"]
    facts.pop("undo", None)
    # What figures are rebuilt from.
    facts.pop("facts", None)
    if promised := facts.get("promises"):
        facts["promises"] = {name: pin[-1] for name, pin in promised["made"].items()}
    return EventRow._make((*plain, facts))


EVENTS_OF_TICKET = Order("e.effective_at")
# Facts are kept with our own ids, which mean nothing outside.
EVENT_COLUMNS = f"""e.written_in, e.id, k.public_id, e.kind, e.effective_at,
    e.recorded_at, e.cause, actor.public_id,
    {called("actor")},
    e.data || jsonb_strip_nulls(jsonb_build_object(
        'queue', q.slug, 'topic', t.slug, 'agent', a.public_id,
        'message', m.public_id))"""
EVENT_SOURCE = """webcare_ticketevent e
    JOIN webcare_ticket k ON k.id = e.ticket_id
    LEFT JOIN webcare_user actor ON actor.id = e.actor_id
    LEFT JOIN webcare_queue q ON q.id = (e.data->>'queue')::bigint
    LEFT JOIN webcare_topic t ON t.id = (e.data->>'topic')::bigint
    LEFT JOIN webcare_user a ON a.id = (e.data->>'agent')::bigint
    LEFT JOIN conversations_message m ON m.id = (e.data->>'message')::bigint"""


def told(rows: Sequence[EventRow], reader: User | None = None) -> list[EventRow]:
    """Return these lines as `reader` may read them: one statement at most."""
    names, own = _names(rows, own_queues(reader) if reader else None)
    named = [_named(row, names) for row in rows]
    return named if own is None else [without_queue(row, own) for row in named]


def without_queue(row: EventRow, own: Collection[str]) -> EventRow:
    """Return a line that names no queue but those in `own`."""
    queue = row.data.get("queue")
    if queue is None or queue in own:
        return row
    return row._replace(data={k: v for k, v in row.data.items() if k != "queue"})


def _names(
    rows: Sequence[EventRow], queues: Collection[int] | None
) -> tuple[dict[str, dict[int, str]], Collection[str] | None]:
    """What topics and rules in reasons are known by, and `queues` if any."""
    whys = [row.data["why"] for row in rows if isinstance(row.data.get("why"), dict)]
    wanted = {
        "topic": {pk for why in whys for pk in _ids_in(why, "topic")},
        "rule": {pk for why in whys for pk in _ids_in(why.get("rules"), "rule")},
        "queue": set(queues or ()),
    }
    names: dict[str, dict[int, str]] = {kind: {} for kind in wanted}
    if any(wanted.values()):
        asked = {kind: sorted(pks) for kind, pks in wanted.items()}
        for kind, pk, name in fetch(_NAMES, asked):
            names[kind][pk] = name
    own = names.pop("queue").values()
    return names, None if queues is None else own


_NAMES = """
    SELECT 'topic', id, slug FROM webcare_topic WHERE id = ANY(%(topic)s)
     UNION ALL
    SELECT 'rule', id, public_id::text FROM webcare_topicrule WHERE id = ANY(%(rule)s)
     UNION ALL
    SELECT 'queue', id, slug FROM webcare_queue WHERE id = ANY(%(queue)s)"""


def rule_names(rules: Collection[int]) -> dict[int, str]:
    """Return what these rules for topics are known by outside, if they are still there;
    one statement at most."""
    if not rules:
        return {}
    rows = fetch(
        "SELECT id, public_id::text FROM webcare_topicrule WHERE id = ANY(%s)",
        [sorted(set(rules))],
    )
    return dict(rows)


def _named(row: EventRow, names: dict[str, dict[int, Any]]) -> EventRow:
    why = row.data.get("why")
    if not isinstance(why, dict):
        return row
    # A route is known outside by nothing: that it was one is in `by`. What a decision
    # is made again from is our own.
    why = {
        k: v
        for k, v in why.items()
        if not (k == "rule" and isinstance(v, int)) and k != "basis"
    }
    return row._replace(data={**row.data, "why": _in_names(why, names)})


def _ids_in(value: Any, name: str) -> Iterator[int]:
    if isinstance(value, list):
        for one in value:
            yield from _ids_in(one, name)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == name and isinstance(one, int):
                yield one
            else:
                yield from _ids_in(one, name)


def _in_names(value: Any, names: dict[str, dict[int, Any]]) -> Any:
    if isinstance(value, list):
        return [_in_names(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: names[key].get(one)
        if key in names and isinstance(one, int)
        else _in_names(one, names)
        for key, one in value.items()
    }
