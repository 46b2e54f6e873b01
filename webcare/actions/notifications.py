"""Telling people what became of a ticket, in the transaction that made it so.

Nobody is told of what they did themselves, nor of a ticket that they may not see.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models.functions import Now

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission, roles_with
from webcare.models import Notification, Ticket, TicketEvent, User
from webcare.queries.notifications import notifications_of
from webcare.queries.sight import seeing

Event = TicketEvent.Kind
Kind = Notification.Kind

# What happens to a ticket, and what its followers are told of it.
NEWS: dict[Event, Kind] = {
    Event.MESSAGE_ADDED: Kind.CUSTOMER_WROTE,
    Event.REPLY_SENT: Kind.ANSWERED,
    Event.ANSWERED_ELSEWHERE: Kind.ANSWERED,
    Event.RESOLVED: Kind.RESOLVED,
    Event.REOPENED: Kind.REOPENED,
}
TOLD_OF = frozenset({*NEWS, Event.ASSIGNED})
KEPT_FOR = timedelta(days=90)

_NEWS = ", ".join(f"('{kind}', '{tells}')" for kind, tells in NEWS.items())
# Reads the lines of history that the same statement has just written, as `made`:
# what a batch of five hundred costs, one costs too. An answer that was sent is told
# to everybody but its writer; what a rule said is news to nobody.
TELL = f"""
    INSERT INTO webcare_notification (user_id, ticket_id, kind, event_id)
    SELECT u.id, k.id, news.tells, news.event
      FROM (SELECT (data->>'agent')::bigint AS person, ticket_id, 'assigned' AS tells,
                   id AS event, actor_id AS actor
              FROM made WHERE kind = 'assigned'
             UNION ALL
            SELECT f.user_id, made.ticket_id, told.tells, made.id,
                   coalesce(made.actor_id, (
                       SELECT r.author_id FROM webcare_reply r
                        WHERE r.public_id = (made.data->>'reply')::uuid))
              FROM made
              JOIN (VALUES {_NEWS}) AS told(kind, tells)
                ON told.kind = made.kind AND NOT made.data ? 'automatic'
              JOIN webcare_follower f ON f.ticket_id = made.ticket_id) AS news
      JOIN webcare_ticket k ON k.id = news.ticket_id
      JOIN webcare_user u ON u.id = news.person
     WHERE u.id IS DISTINCT FROM news.actor AND {seeing("u", "k")}"""

_APPROVERS = ", ".join(f"'{role}'" for role in roles_with(Permission.APPROVE_REPLIES))
ABOUT_APPROVALS = frozenset(
    {
        Event.APPROVAL_ASKED,
        Event.APPROVED,
        Event.APPROVAL_REJECTED,
        Event.APPROVAL_VOIDED,
    }
)
# The same of an answer that waits for a second pair of eyes: to whoever may be those,
# and to its writer what became of it.
TELL_OF_APPROVALS = f"""
    INSERT INTO webcare_notification (user_id, ticket_id, kind, event_id)
    SELECT u.id, k.id, news.tells, news.event
      FROM (SELECT m.user_id AS person, made.ticket_id, 'approval_asked' AS tells,
                   made.id AS event, made.actor_id AS actor
              FROM made
              JOIN webcare_ticket asked ON asked.id = made.ticket_id
              JOIN webcare_membership m ON m.role IN ({_APPROVERS})
               AND (m.queue_id IS NULL OR m.queue_id = asked.queue_id)
             WHERE made.kind = 'approval_asked'
             UNION
            SELECT a.writer_id, made.ticket_id, told.tells, made.id, made.actor_id
              FROM made
              JOIN (VALUES ('approved', 'approved'), ('approval_rejected', 'rejected'),
                           ('approval_voided', 'lapsed')) AS told(kind, tells)
                ON told.kind = made.kind
              JOIN webcare_approval a
                ON a.public_id = (made.data->>'approval')::uuid) AS news
      JOIN webcare_ticket k ON k.id = news.ticket_id
      JOIN webcare_user u ON u.id = news.person
     WHERE u.id IS DISTINCT FROM news.actor AND {seeing("u", "k")}"""
# What does not wait any more is no news to those who were to read it.
READ_WITH_THEIR_END = """
    UPDATE webcare_notification n SET read_at = statement_timestamp()
      FROM made, webcare_ticketevent e
     WHERE made.kind IN ('approved', 'approval_rejected', 'approval_voided')
       AND n.ticket_id = made.ticket_id AND n.kind = 'approval_asked'
       AND n.read_at IS NULL AND e.id = n.event_id
       AND e.data->>'approval' = made.data->>'approval'"""


def mention(
    ticket: Ticket, note: int, author: User | None, people: Sequence[int]
) -> list[int]:
    """Tell `people` that a note mentions them, and let them follow its ticket.

    Returns those who did not follow it before. The writer is not told.
    """
    if not people:
        return []
    rows = fetch(
        """WITH called AS (SELECT unnest(%(people)s::bigint[]) AS id),
                mentioned AS (
             INSERT INTO webcare_notemention (note_id, user_id)
             SELECT %(note)s, id FROM called),
                told AS (
             INSERT INTO webcare_notification (user_id, ticket_id, kind, note_id)
             SELECT id, %(ticket)s, 'mentioned', %(note)s FROM called
              WHERE id IS DISTINCT FROM %(author)s)
           INSERT INTO webcare_follower (ticket_id, user_id)
           SELECT %(ticket)s, id FROM called ORDER BY id
               ON CONFLICT DO NOTHING
        RETURNING user_id""",
        {
            "people": list(people),
            "note": note,
            "ticket": ticket.pk,
            "author": author and author.pk,
        },
    )
    return [pk for [pk] in rows]


def read_notifications(
    *, user: User, ids: Sequence[str] | None = None, ticket: Ticket | None = None
) -> int:
    """Mark as read: those named, those about `ticket`, or all; returns how many.

    Somebody else's stay as they are, and so does what was read before.
    """
    unread = notifications_of(user).filter(read_at__isnull=True)
    if ids is not None:
        unread = unread.filter(public_id__in=ids)
    if ticket is not None:
        unread = unread.filter(ticket=ticket)
    return unread.update(read_at=Now())


def forget_old() -> int:
    """Forget what was read more than ninety days ago; returns how many."""
    count, _ = Notification.objects.filter(read_at__lt=Now() - KEPT_FOR).delete()
    return count
