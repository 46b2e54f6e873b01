"""Who has a ticket before them: said every few seconds, and soon forgotten."""

from datetime import timedelta

from django.db import DatabaseError
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from psycopg.errors import DeadlockDetected, ExclusionViolation

from conversations.models.bulk import fetch
from webcare.exceptions import Invalid
from webcare.models import Activity, TicketPresence, User
from webcare.queries.presence import GONE_AFTER, PRESENT, STILL_THERE, Present

# Between two signs of life that are further apart somebody was doing something else.
IDLE = 300  # seconds
ATTEMPTS = 10
BEATEN = (ExclusionViolation, DeadlockDetected)


def be_on_ticket(*, ticket: int, user: User, doing: str) -> list[Present]:
    """Write down what `user` does with a ticket, and return who else is there.

    One statement, asked every few seconds by everybody who has a ticket open. The
    while in which they work on it goes on, or begins. Who has several tickets before
    them works on the one that they opened last, or typed in since. The caller has
    seen to it that `user` may see the ticket. Raises Invalid.
    """
    if doing not in TicketPresence.Doing.values:
        raise Invalid(doing=_("Choose viewing, typing or idle."))
    values = {"ticket": ticket, "user": user.pk, "doing": doing}
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if attempt > 1:
                fetch(_TURN_HERE, values)
            return [Present(*one) for one in fetch(_BE_HERE, values, prepared=True)]
        except DatabaseError as error:
            # Another window of theirs spoke in the same instant: this one is newer.
            if attempt == ATTEMPTS or not isinstance(error.__cause__, BEATEN):
                raise
    raise AssertionError


_TURN_HERE = """
    WITH over AS (
        UPDATE webcare_activity SET goes_on = false
         WHERE user_id = %(user)s AND goes_on)
    INSERT INTO webcare_activity (user_id, ticket_id, began_at, ended_at)
    VALUES (%(user)s, %(ticket)s, statement_timestamp(), statement_timestamp())"""
# `goes_on` is the while that they are in; without one on this ticket, and with a reason
# to think that they turned to it, `begun` is a new one, and `over` is what they left.
_BE_HERE = f"""
    WITH before AS (
        SELECT seen_at FROM webcare_ticketpresence
         WHERE ticket_id = %(ticket)s AND user_id = %(user)s
    ), here AS (
        INSERT INTO webcare_ticketpresence (ticket_id, user_id, doing, seen_at)
        VALUES (%(ticket)s, %(user)s, %(doing)s, statement_timestamp())
            ON CONFLICT (ticket_id, user_id) DO UPDATE
           SET doing = EXCLUDED.doing, seen_at = EXCLUDED.seen_at
    ), newest AS (
        SELECT id, ticket_id, ended_at,
               goes_on AND ended_at > statement_timestamp() - interval '{IDLE} s'
                   AS goes_on
          FROM webcare_activity WHERE user_id = %(user)s
         ORDER BY began_at DESC, id DESC LIMIT 1
    ), goes_on AS (
        UPDATE webcare_activity a SET ended_at = statement_timestamp() FROM newest
         WHERE a.id = newest.id AND newest.goes_on
           AND newest.ticket_id = %(ticket)s AND %(doing)s <> 'idle'
     RETURNING a.id
    ), turned AS (
        SELECT WHERE %(doing)s <> 'idle'
           AND NOT EXISTS (SELECT FROM goes_on)
           AND (%(doing)s = 'typing'
                OR NOT EXISTS (
                   SELECT FROM before WHERE seen_at
                          > statement_timestamp() - interval '{GONE_AFTER} s')
                OR NOT EXISTS (
                   SELECT FROM newest WHERE goes_on AND ended_at
                          > statement_timestamp() - interval '{GONE_AFTER} s'))
    ), over AS (
        UPDATE webcare_activity a
           SET goes_on = false, ended_at = CASE WHEN newest.goes_on
                   THEN statement_timestamp() ELSE a.ended_at END
          FROM newest, turned WHERE a.id = newest.id
    ), begun AS (
        INSERT INTO webcare_activity (user_id, ticket_id, began_at, ended_at)
        SELECT %(user)s, %(ticket)s, statement_timestamp(), statement_timestamp()
          FROM turned)
    SELECT {PRESENT} FROM webcare_ticketpresence p
      JOIN webcare_user u ON u.id = p.user_id
     WHERE p.ticket_id = %(ticket)s AND p.user_id <> %(user)s
       AND {STILL_THERE}
     ORDER BY 2, u.id"""


def leave_ticket(*, ticket: int, user: User) -> None:
    """Write down that `user` has closed a ticket; who is not there leaves too.

    The while in which they worked on it is over.
    """
    Activity.objects.filter(ticket=ticket, user=user, goes_on=True).update(
        goes_on=False
    )
    TicketPresence.objects.filter(ticket=ticket, user=user).delete()


def forget_gone() -> int:
    """Drop the traces of those who left without a word; returns how many."""
    gone = TicketPresence.objects.filter(
        seen_at__lt=Now() - timedelta(seconds=4 * GONE_AFTER)
    )
    return gone.delete()[0]
