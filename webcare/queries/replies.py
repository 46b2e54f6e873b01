"""What an answer needs to know of its ticket, and answers by their id."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.exceptions import NotFound
from webcare.models import Reply, User
from webcare.queries.ticket_lists import visible
from webcare.queries.tickets import Seen, visible_tickets


class Standing(NamedTuple):
    """How a ticket stands for somebody who answers it: read whole, in one statement.

    Whoever writes on the strength of it does so only if `version` is still true.
    """

    ticket: int
    version: int
    status: str
    agent: int | None
    queue: int | None
    opened_at: datetime
    snoozed_until: datetime | None
    inbound: int | None  # the author's newest message, which an answer replies to
    outside: int | None
    deleted_at: datetime | None  # when that message was, by its author
    thread: int
    visibility: str
    channel: int
    mode: str
    text_limit: int
    hold_seconds: int
    pilot_cap: int
    stopped_at: datetime | None
    newest_reply: int
    known_reply: int | None  # under this client key
    known_approval: int | None
    asks_approval: bool  # by its queue, or by its topic or one above it
    now: datetime

    @property
    def seen(self) -> Seen:
        """The tag of what is true now."""
        return Seen(
            self.version, self.inbound or 0, self.newest_reply, self.outside or 0
        )


def standing_of(ticket: int, client_key: str) -> Standing:
    """Return how a ticket stands that was found before. Raises NotFound."""
    return _standing("k.id = %(ticket)s", {"ticket": ticket, "key": client_key})


def standing_for(user: User, public_id: UUID, client_key: str) -> Standing:
    """Return how a ticket stands that `user` may see. Raises NotFound."""
    seen, values = visible(user)
    return _standing(
        f"k.public_id = %(ticket)s AND {seen}",
        {**values, "ticket": public_id, "key": client_key},
    )


def _standing(which: str, values: dict[str, Any]) -> Standing:
    found = fetch(f"{_STANDING} WHERE {which}", values, prepared=True)
    if not found:
        raise NotFound("There is no such ticket.")
    return Standing._make(found[0])


# An answer goes where the author wrote last: that may be the private thread in which
# a public ticket goes on.
_STANDING = """
    SELECT k.id, k.version, k.status, k.agent_id, k.queue_id, k.opened_at,
           k.snoozed_until, k.last_inbound_id, k.last_outside_id, m.deleted_at,
           t.id, t.visibility, c.id, c.mode, c.text_limit,
           CASE t.visibility WHEN 'private' THEN c.private_hold_seconds
                             ELSE c.public_hold_seconds END,
           c.pilot_cap, c.stopped_at, coalesce(r.newest, 0), r.known,
           (SELECT a.id FROM webcare_approval a
             WHERE a.ticket_id = k.id AND a.client_key = %(key)s),
           coalesce(q.needs_approval, false) OR (k.topic_id IS NOT NULL AND EXISTS (
               WITH RECURSIVE above AS (
                 SELECT id, parent_id, needs_approval FROM webcare_topic
                  WHERE id = k.topic_id
                  UNION
                 SELECT p.id, p.parent_id, p.needs_approval
                   FROM webcare_topic p JOIN above ON p.id = above.parent_id)
               SELECT FROM above WHERE needs_approval)),
           clock_timestamp()
      FROM webcare_ticket k
      LEFT JOIN conversations_message m ON m.id = k.last_inbound_id
      JOIN conversations_thread t ON t.id = coalesce(m.thread_id, k.thread_id)
      JOIN conversations_channel c ON c.id = t.channel_id
      LEFT JOIN webcare_queue q ON q.id = k.queue_id
     CROSS JOIN LATERAL (
           SELECT max(id) AS newest,
                  max(id) FILTER (WHERE client_key = %(key)s) AS known
             FROM webcare_reply WHERE ticket_id = k.id) AS r"""


def reply_for(user: User, public_id: UUID) -> Reply:
    """Return an answer on a ticket that `user` may see. Raises NotFound."""
    found = (
        Reply.objects.select_related("ticket", "delivery")
        .filter(public_id=public_id, ticket__in=visible_tickets(user))
        .first()
    )
    if found is None:
        raise NotFound("There is no such answer.")
    return found
