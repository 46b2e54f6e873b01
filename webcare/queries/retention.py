"""How long things are kept, and what is older than that."""

from datetime import datetime
from typing import Any, NamedTuple

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission
from webcare.domain.retention import KINDS, Days, check_days
from webcare.models import Retention, RetentionDay, User
from webcare.queries.people import require

SHOWN = 30  # days of what was erased


class OldTicket(NamedTuple):
    id: int
    ended_at: datetime


class OldRow(NamedTuple):
    """A message or a call; `goes` is whether it may, by what else there is of it."""

    id: int
    goes: bool


def retention_for(user: User) -> Retention:
    """Return how long things are kept. Raises NotAllowed."""
    require(user, Permission.ERASE_PERSON)
    found = Retention.objects.select_related("changed_by").filter(pk=1)
    return found.first() or Retention(pk=1)


def erased_lately(user: User) -> list[RetentionDay]:
    """Return the last thirty days on which something old was erased, newest first.

    Raises NotAllowed.
    """
    require(user, Permission.ERASE_PERSON)
    return list(RetentionDay.objects.order_by("-day")[:SHOWN])


def would_erase(user: User, days: Days) -> dict[str, int]:
    """Return how much would go with these `days`, and nothing of it does: tickets,
    messages on them, messages that became no ticket, and calls as they came in.

    What was erased before is not counted again. Raises NotAllowed, Invalid.
    """
    check_days(days)
    kept = retention_for(user)
    for kind in KINDS:
        setattr(kept, kind, days.get(kind))
    [row] = fetch(_COUNTED, _asked(kept))
    return dict(zip(("tickets", "messages", "heard", "raw"), row, strict=True))


def old_tickets(kept: Retention, most: int) -> list[OldTicket]:
    """Return the next tickets that ended longer ago than they are kept."""
    statement = f"SELECT k.id, k.resolved_at {_TICKETS} ORDER BY 2, 1 LIMIT %(most)s"
    return [OldTicket(*row) for row in fetch(statement, _asked(kept, most))]


def old_heard(kept: Retention, most: int) -> list[OldRow]:
    """Return the next messages that came in longer ago than they are kept."""
    return _old(_HEARD_NEXT, kept, most)


def old_raw(kept: Retention, most: int) -> list[OldRow]:
    """Return the next calls that came in longer ago than they are kept."""
    return _old(_RAW_NEXT, kept, most)


def _old(statement: str, kept: Retention, most: int) -> list[OldRow]:
    """Up to the first that is not old: behind the mark nothing is looked at again."""
    found = []
    for pk, is_old, goes in fetch(statement, _asked(kept, most)):
        if not is_old:
            break
        found.append(OldRow(pk, goes))
    return found


def _asked(kept: Retention, most: int = 0) -> dict[str, Any]:
    marks = ("tickets_until", "tickets_mark", "heard_mark", "raw_mark")
    return {name: getattr(kept, name) for name in (*KINDS, *marks)} | {"most": most}


# No days is never: nothing is before an unknown moment.
_BEFORE = "now() - make_interval(days => %({kind})s::int)"
# A ticket that was merged goes with the one it is part of.
_TICKETS = f"""
    FROM webcare_ticket k
   WHERE k.status IN ('resolved', 'closed') AND k.merged_into_id IS NULL
     AND k.resolved_at < {_BEFORE.format(kind="tickets")}
     AND (k.resolved_at, k.id)
         > (coalesce(%(tickets_until)s::timestamptz, '-infinity'), %(tickets_mark)s)"""
_ALONE = """
    m.direction = 'in' AND NOT EXISTS (SELECT FROM webcare_ticketmessage tm
                                        WHERE tm.message_id = m.id)
    AND NOT EXISTS (SELECT FROM conversations_work w
                     WHERE w.stage = 'ticket' AND w.subject_id = m.id)"""
_HEARD_OLD = f"m.received_at < {_BEFORE.format(kind='heard')}"
_HEARD_NEXT = f"""
    SELECT m.id, coalesce({_HEARD_OLD}, false), {_ALONE} FROM conversations_message m
     WHERE m.id > %(heard_mark)s ORDER BY m.id LIMIT %(most)s"""
_READ = """
    NOT EXISTS (SELECT FROM conversations_work w
                 WHERE w.stage = 'read' AND w.subject_id = e.id
                   AND w.set_aside_at IS NULL)"""
_RAW_OLD = f"e.received_at < {_BEFORE.format(kind='raw')}"
_RAW_NEXT = f"""
    SELECT e.id, coalesce({_RAW_OLD}, false), {_READ} FROM conversations_inboundevent e
     WHERE e.id > %(raw_mark)s ORDER BY e.id LIMIT %(most)s"""
_COUNTED = f"""
    WITH old AS (SELECT k.id {_TICKETS})
    SELECT (SELECT count(*) FROM old),
           (SELECT count(*) FROM old JOIN webcare_ticketmessage tm
                                       ON tm.ticket_id = old.id
              JOIN conversations_message m ON m.id = tm.message_id
             WHERE m.deleted_at IS NULL),
           (SELECT count(*) FROM conversations_message m
             WHERE m.id > %(heard_mark)s AND {_HEARD_OLD} AND m.deleted_at IS NULL
               AND {_ALONE}),
           (SELECT count(*) FROM conversations_inboundevent e
             WHERE e.id > %(raw_mark)s AND {_RAW_OLD} AND e.body <> '' AND {_READ})"""
