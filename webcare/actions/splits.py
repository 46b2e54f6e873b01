"""One ticket becomes two: some of its messages go on by themselves."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions import batches
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import standing
from webcare.actions.intake import TRIAGE
from webcare.actions.log import record
from webcare.domain.lifecycle import LIVE, Status, not_live
from webcare.domain.outcomes import Priority
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, TicketChanged
from webcare.models import Ticket, TicketEvent, TicketMessage, User
from webcare.queries.people import require

Kind = TicketEvent.Kind


class Said(NamedTuple):
    """A message in a ticket, as splitting looks at it."""

    id: int
    public_id: str
    direction: str
    author: int | None
    thread: int
    channel: int
    is_danger: bool


@transaction.atomic
def split_ticket(
    *,
    ticket: Ticket,
    user: User,
    messages: Sequence[str] = (),
    beginning: str | None = None,
) -> Ticket:
    """Make a new ticket of some messages, or of all from `beginning` on.

    Messages are named by their public ids. The new ticket waits in the same queue;
    what it is about is decided anew. Their turn stays with the ticket that they came
    in by, and its clock runs on in both; merging the new one into the old undoes it.
    Danger goes with the message that speaks of it.

    Raises NotAllowed, TicketChanged when the ticket is not live, Invalid for messages
    that are not in it, of several authors or without one, and when no message of an
    author would be left.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    ticket = standing.lock([ticket.pk])[ticket.pk]
    if ticket.status not in LIVE:
        raise TicketChanged(not_live(ticket.status))
    said = _said(ticket)
    leaving = _chosen(said, messages, beginning)
    _require_sense(said, leaving)
    new = _make(ticket, leaving)
    TicketMessage.objects.filter(
        ticket=ticket, message__in=[one.id for one in leaving]
    ).update(ticket=new, split_ticket=new)
    standing.show_anew([ticket.pk, new.pk])
    _tell(ticket, new, user, len(leaving))
    batches.enqueue(TRIAGE, [new.pk])
    new.refresh_from_db()
    return new


def _said(ticket: Ticket) -> list[Said]:
    rows = fetch(
        """SELECT m.id, m.public_id::text, m.direction, m.author_id, m.thread_id,
                  m.channel_id, coalesce(d.reason = 'danger', false)
             FROM webcare_ticketmessage tm
             JOIN conversations_message m ON m.id = tm.message_id
             LEFT JOIN webcare_decision d ON d.message_id = m.id
            WHERE tm.ticket_id = %s ORDER BY m.posted_at, m.id""",
        [ticket.pk],
    )
    return [Said(*row) for row in rows]


def _chosen(
    said: Sequence[Said], messages: Sequence[str], beginning: str | None
) -> list[Said]:
    names = {one.public_id for one in said}
    if beginning is not None:
        if beginning not in names:
            raise Invalid(**{"from": _("This message is not in this ticket.")})
        place = [one.public_id for one in said].index(beginning)
        return list(said[place:])
    if not messages or not names.issuperset(messages):
        raise Invalid(messages=_("Name messages that are in this ticket."))
    return [one for one in said if one.public_id in set(messages)]


def _require_sense(said: Sequence[Said], leaving: Sequence[Said]) -> None:
    theirs = [one for one in leaving if one.direction == "in"]
    if not theirs:
        raise Invalid(messages=_("Choose at least one message of its author."))
    if len({one.author for one in theirs}) > 1:
        raise Invalid(messages=_("These are of two authors: split them one by one."))
    if len(theirs) == sum(one.direction == "in" for one in said):
        raise Invalid(messages=_("Leave at least one message of the author here."))


def _make(ticket: Ticket, leaving: Sequence[Said]) -> Ticket:
    last = [one for one in leaving if one.direction == "in"][-1]
    assert last.author is not None  # the database sees to it
    danger = any(one.is_danger for one in leaving)
    usual = Priority.NORMAL if ticket.is_danger else Priority(ticket.priority)
    now = database_now()
    return Ticket.objects.create(
        thread_id=last.thread,
        author_id=last.author,
        channel_id=last.channel,
        origin=Ticket.Origin.SPLIT,
        split_from=ticket,
        queue_id=ticket.queue_id,
        language=ticket.language,
        is_danger=danger,
        priority=Priority.URGENT if danger else usual,
        opened_at=now,
        last_message_at=now,
    )


def _tell(ticket: Ticket, new: Ticket, user: User, count: int) -> None:
    now = database_now()
    record(ticket, Kind.SPLIT, at=now, actor=user, into=new.pk, messages=count)
    record(
        new,
        Kind.OPENED,
        at=now,
        actor=user,
        split_from=ticket.pk,
        status=Status.NEW.value,
        priority=new.priority,
        queue=new.queue_id,
        agent=None,
        topic=None,
    )
