"""Telling people what became of a ticket, in the transaction that made it so.

Nobody is told of what they did themselves, nor of a ticket that they may not see.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models.functions import Now

from conversations.models.bulk import fetch
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
