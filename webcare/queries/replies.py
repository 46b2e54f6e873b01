"""What an answer needs to know of its ticket, and answers by their id."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.models import Visibility
from conversations.models.bulk import fetch
from webcare.domain.approvals import USUAL_HOURS
from webcare.exceptions import Invalid, NotFound
from webcare.models import Reply, User
from webcare.queries.business_time import CALENDAR_OF
from webcare.queries.fields import MISSING
from webcare.queries.sight import visible, visible_tickets
from webcare.queries.tickets import Seen


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
    language: str
    snoozed_until: datetime | None
    inbound: int | None  # the author's newest message, which an answer replies to
    heard: int  # the one of theirs that came in last, which may be an older one
    outside: int | None
    deleted_at: datetime | None  # when that message was, by its author
    in_reply_to: int | None  # the newest of those in the thread that it goes to
    said_privately_at: datetime | None  # when that one was written, if in private
    thread: int
    visibility: str
    channel: int
    mode: str
    text_limit: int
    counting: str
    files: str  # what its channel takes beside a text
    window_hours: int | None
    hold_seconds: int
    pilot_cap: int
    stopped_at: datetime | None
    newest_reply: int
    known_reply: int | None  # under this client key
    known_approval: int | None
    calendar: int | None  # by which its queue is open now; none is always
    asks_approval: bool  # by its queue, or by its topic or one above it
    approval_hours: int  # how long it waits for it
    missing: list[str]  # keys of custom fields without which it is not resolved
    now: datetime

    @property
    def seen(self) -> Seen:
        """The tag of what is true now."""
        return Seen(self.version, self.heard, self.newest_reply, self.outside or 0)


def standing_of(
    ticket: int, client_key: str, visibility: Visibility | None = None
) -> Standing:
    """Return how a ticket stands that was found before, for an answer of a visibility.

    Unsaid, it is that of the author's newest message. Raises NotFound, and Invalid
    where the ticket has nothing of that visibility.
    """
    values = {"ticket": ticket, "key": client_key, "visibility": visibility}
    return _standing("k.id = %(ticket)s", values)


def standing_for(
    user: User, public_id: UUID, client_key: str, visibility: Visibility | None = None
) -> Standing:
    """Return how a ticket stands that `user` may see. Raises as `standing_of` does."""
    seen, values = visible(user)
    given = {"ticket": public_id, "key": client_key, "visibility": visibility}
    return _standing(f"k.public_id = %(ticket)s AND {seen}", {**values, **given})


def standings_of(tickets: Sequence[int]) -> dict[int, Standing]:
    """Return how each of these tickets stands, for an answer to its newest message."""
    values = {"tickets": list(tickets), "key": "", "visibility": None}
    found = fetch(f"{_STANDING} WHERE k.id = ANY(%(tickets)s)", values)
    return {row[0]: Standing._make(row) for row in found}


def _standing(which: str, values: dict[str, Any]) -> Standing:
    found = fetch(f"{_STANDING} WHERE {which}", values, prepared=True)
    if not found:
        raise NotFound("There is no such ticket.")
    standing = Standing._make(found[0])
    if values["visibility"] not in {None, standing.visibility}:
        raise Invalid(
            visibility=_("This ticket has no such thread: move it to private first.")
        )
    return standing


# An answer goes where the author wrote last: that may be the private thread in which
# a public ticket goes on.
_STANDING = f"""
    SELECT k.id, k.version, k.status, k.agent_id, k.queue_id, k.opened_at, k.language,
           k.snoozed_until, k.last_inbound_id,
           coalesce(greatest(k.last_inbound_id, k.last_heard), 0), k.last_outside_id,
           m.deleted_at,
           coalesce(asked.message, k.last_inbound_id),
           CASE WHEN m.visibility = 'private' THEN m.posted_at END,
           t.id, t.visibility, c.id, c.mode, c.text_limit, c.counting,
           c.files, c.private_window_hours,
           CASE t.visibility WHEN 'private' THEN c.private_hold_seconds
                             ELSE c.public_hold_seconds END,
           c.pilot_cap, c.stopped_at, coalesce(r.newest, 0), r.known,
           (SELECT a.id FROM webcare_approval a
             WHERE a.ticket_id = k.id AND a.client_key = %(key)s),
           {CALENDAR_OF.format(queue="k.queue_id")},
           coalesce(q.needs_approval, false) OR (k.topic_id IS NOT NULL AND EXISTS (
               WITH RECURSIVE above AS (
                 SELECT id, parent_id, needs_approval FROM webcare_topic
                  WHERE id = k.topic_id
                  UNION
                 SELECT p.id, p.parent_id, p.needs_approval
                   FROM webcare_topic p JOIN above ON p.id = above.parent_id)
               SELECT FROM above WHERE needs_approval)),
           coalesce(q.approval_hours, {USUAL_HOURS}), {MISSING}, clock_timestamp()
      FROM webcare_ticket k
      LEFT JOIN LATERAL (
           SELECT said.message, said.thread
             FROM (SELECT i.id AS message, i.thread_id AS thread, i.posted_at AS at
                     FROM webcare_ticketmessage tm
                     JOIN conversations_message i ON i.id = tm.message_id
                    WHERE tm.ticket_id = k.id AND i.direction = 'in'
                      AND i.visibility = %(visibility)s::text
                    UNION ALL
                   SELECT NULL, p.thread_id, NULL
                     FROM webcare_privatethread p
                     JOIN webcare_ticket f ON f.id = p.ticket_id
                    WHERE (f.id = k.id OR f.merged_into_id = k.id)
                      AND %(visibility)s::text = 'private') AS said
            WHERE %(visibility)s::text IS NOT NULL
            ORDER BY said.at DESC NULLS LAST, said.message DESC LIMIT 1
           ) AS asked ON true
      LEFT JOIN conversations_message m
        ON m.id = coalesce(asked.message, k.last_inbound_id)
      JOIN conversations_thread t
        ON t.id = coalesce(asked.thread, m.thread_id, k.thread_id)
      JOIN conversations_channel c ON c.id = t.channel_id
      LEFT JOIN webcare_queue q ON q.id = k.queue_id
     CROSS JOIN LATERAL (
           SELECT max(said.id) FILTER (WHERE d.state <> 'cancelled') AS newest,
                  max(said.id) FILTER (WHERE said.client_key = %(key)s) AS known
             FROM webcare_reply said
             JOIN conversations_delivery d ON d.id = said.delivery_id
            WHERE said.ticket_id = k.id) AS r"""


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
