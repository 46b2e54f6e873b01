"""Who has a ticket before them: said every few seconds, and soon forgotten."""

from datetime import timedelta

from django.db.models.functions import Now

from conversations.models.bulk import fetch
from webcare.exceptions import Invalid
from webcare.models import TicketPresence, User
from webcare.queries.presence import GONE_AFTER, PRESENT, STILL_THERE, Present


def be_on_ticket(*, ticket: int, user: User, doing: str) -> list[Present]:
    """Write down what `user` does with a ticket, and return who else is there.

    One statement, asked every few seconds by everybody who has a ticket open. The
    caller has seen to it that `user` may see the ticket. Raises Invalid.
    """
    if doing not in TicketPresence.Doing.values:
        raise Invalid(doing="Choose viewing, typing or idle.")
    others = fetch(
        f"""WITH here AS (
              INSERT INTO webcare_ticketpresence (ticket_id, user_id, doing, seen_at)
              VALUES (%(ticket)s, %(user)s, %(doing)s, statement_timestamp())
                  ON CONFLICT (ticket_id, user_id) DO UPDATE
                 SET doing = EXCLUDED.doing, seen_at = EXCLUDED.seen_at)
            SELECT {PRESENT} FROM webcare_ticketpresence p
              JOIN webcare_user u ON u.id = p.user_id
             WHERE p.ticket_id = %(ticket)s AND p.user_id <> %(user)s
               AND {STILL_THERE}
             ORDER BY 2, u.id""",
        {"ticket": ticket, "user": user.pk, "doing": doing},
        prepared=True,
    )
    return [Present(*one) for one in others]


def leave_ticket(*, ticket: int, user: User) -> None:
    """Write down that `user` has closed a ticket; who is not there leaves too."""
    TicketPresence.objects.filter(ticket=ticket, user=user).delete()


def forget_gone() -> int:
    """Drop the traces of those who left without a word; returns how many."""
    gone = TicketPresence.objects.filter(
        seen_at__lt=Now() - timedelta(seconds=4 * GONE_AFTER)
    )
    return gone.delete()[0]
