"""A public question goes on in private, where its platform lets it."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.actions.threads import private_thread_of
from conversations.models import PrivateReplies, Thread, Visibility
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import standing
from webcare.actions.cautions import require_care
from webcare.actions.log import record
from webcare.actions.replies import send_reply
from webcare.domain.lifecycle import LIVE, not_live
from webcare.domain.permissions import Permission
from webcare.exceptions import NoPrivateChannel, TicketChanged
from webcare.models import (
    Approval,
    PrivateThread,
    Reply,
    Ticket,
    TicketEvent,
    User,
)
from webcare.queries.people import require


@transaction.atomic
def move_to_private(
    *, ticket: Ticket, user: User, text: str = "", client_key: str = ""
) -> Ticket:
    """Let a ticket go on in its author's one private thread, and say `text` there.

    What the author writes there belongs to this ticket from now on; its turns and
    clocks go on, and its public part stays public. Twice is one move. Without a text
    nothing is sent: answers choose `private` from now on.

    Raises NotAllowed; NoPrivateChannel, with a text that refers to elsewhere, where
    the platform has nothing private; TicketChanged when the ticket is not live or its
    author has another live ticket in private; and what `send_reply` raises.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    if text_elsewhere := other_way(ticket):
        raise NoPrivateChannel(
            _("Nothing private can be sent here: refer to another way."),
            text=text_elsewhere,
        )
    thread = private_thread_of(ticket.author)
    ticket = standing.lock([ticket.pk], threads=[thread.pk])[ticket.pk]
    if ticket.status not in LIVE:
        raise TicketChanged(not_live(ticket.status))
    if not _is_there(ticket, thread):
        _require_free(ticket, thread)
        _join(ticket, thread, user)
    if text:
        send_reply(
            ticket=ticket,
            user=user,
            text=text,
            client_key=client_key,
            visibility=Visibility.PRIVATE,
        )
    return ticket


@transaction.atomic
def send_in(
    *,
    ticket: Ticket,
    user: User,
    visibility: str,
    text: str,
    confirmed: Collection[str] = (),
    **words: Any,
) -> Reply | Approval:
    """Send an answer in public or in private, as `send_reply` does with its `words`.

    A ticket that has nothing private yet goes on in private with it, or neither
    happens. Without a visibility it goes where the author wrote last. What may be read
    by everybody shows no personal data but of kinds that are `confirmed`. Raises
    ShowsPersonalData, and what `send_reply` and `move_to_private` raise.
    """
    asked = Visibility(visibility) if visibility else None
    if asked != Visibility.PRIVATE:
        require_care(text, confirmed)
    if asked == Visibility.PRIVATE and not _has_private(ticket):
        move_to_private(ticket=ticket, user=user)
    return send_reply(ticket=ticket, user=user, text=text, visibility=asked, **words)


def _has_private(ticket: Ticket) -> bool:
    found = fetch(
        """SELECT 1 FROM webcare_ticketmessage tm
             JOIN conversations_message m ON m.id = tm.message_id
            WHERE tm.ticket_id = %(ticket)s AND m.direction = 'in'
              AND m.visibility = 'private'
            UNION ALL
           SELECT 1 FROM webcare_privatethread p JOIN webcare_ticket f
               ON f.id = p.ticket_id
            WHERE f.id = %(ticket)s OR f.merged_into_id = %(ticket)s LIMIT 1""",
        {"ticket": ticket.pk},
    )
    return bool(found)


def other_way(ticket: Ticket) -> str:
    """Return the text that refers elsewhere; nothing where one can go on in private."""
    if ticket.channel.private_replies == PrivateReplies.ALLOWED:
        return ""
    own = ticket.queue.private_alternative if ticket.queue else ""
    # Said to the author, so in the author's language rather than the agent's.
    with translation.override("nl" if ticket.language.startswith("nl") else "en"):
        usual = _("We cannot look into this here. Please call us or use our portal.")
    return own or usual


def _is_there(ticket: Ticket, thread: Thread) -> bool:
    joined = PrivateThread.objects.filter(thread=thread, ticket=ticket)
    return ticket.thread_id == thread.pk or joined.exists()


def _require_free(ticket: Ticket, thread: Thread) -> None:
    taken = fetch(
        """SELECT r.id
             FROM (SELECT id FROM webcare_ticket
                    WHERE thread_id = %(thread)s AND author_id = %(author)s
                    UNION ALL
                   SELECT ticket_id FROM webcare_privatethread
                    WHERE thread_id = %(thread)s) AS there
             JOIN webcare_ticket k ON k.id = there.id
             JOIN webcare_ticket r ON r.id = coalesce(k.merged_into_id, k.id)
            WHERE r.status NOT IN ('resolved', 'closed') AND r.id <> %(ticket)s""",
        {"thread": thread.pk, "author": ticket.author_id, "ticket": ticket.pk},
    )
    if taken:
        raise TicketChanged(
            _("Its author has another ticket in private: merge the two instead.")
        )


def _join(ticket: Ticket, thread: Thread, user: User) -> None:
    PrivateThread.objects.update_or_create(
        thread=thread, defaults={"ticket": ticket, "by": user, "at": Now()}
    )
    record(ticket, TicketEvent.Kind.MOVED_TO_PRIVATE, at=database_now(), actor=user)
