"""What a person decides about a message; nothing and nobody's rule decides it again."""

import re
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import (
    clocks,
    engagement,
    intake,
    outcomes,
    promises,
    survey_answers,
    turns,
)
from webcare.actions.engagement import Engaged, Message
from webcare.actions.log import record, record_many
from webcare.actions.threads import lock_threads
from webcare.actions.tickets import ENDLESS, has_live_twin, touched
from webcare.actions.turns import Said
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Verdict
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, NotFound, TicketChanged
from webcare.models import Decision, Ticket, TicketEvent, User
from webcare.queries.people import may, require
from webcare.queries.policies import placed_now

BY_PERSON = "person"
REASON = re.compile(r"[a-z0-9_-]{1,40}")


class Decided(NamedTuple):
    """What holds for a message now, and the ticket it is on, if it is on one."""

    message: UUID
    verdict: str
    reason: str
    ticket: UUID | None


@transaction.atomic
def decide_on_ticket(
    *, ticket: Ticket, user: User, message: UUID, verdict: Verdict
) -> Ticket:
    """Say whether a message on a ticket has to be answered.

    To answer it makes a resolved or parked ticket open, and the turn begins when the
    message was written. Not to answer it takes it out of the turn that waits; a turn
    of which nothing is left is closed as deliberately unanswered. Raises NotAllowed,
    Invalid for a message that is not on it, and TicketChanged for a ticket that is
    closed or whose author has a newer one.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    said, origin = _on_ticket(ticket, message)
    lock_threads([ticket.thread_id, said.thread])
    locked = Ticket.objects.select_for_update(of=["self"]).get(pk=ticket.pk)
    now = database_now()
    was = _write(said.id, verdict, BY_PERSON, user)
    facts: dict[str, Any] = {"message": said.id, "verdict": verdict.value, "was": was}
    if verdict == Verdict.ANSWER != was:
        facts |= _answer(locked, Said(origin, locked.pk, said), now)
        survey_answers.unread(ticket=ticket, user=user, message=said.id)
    elif verdict != Verdict.ANSWER:
        facts |= turns.let_go(said.id, locked.pk, now)
    Ticket.objects.filter(pk=ticket.pk).update(**touched())
    if origin != ticket.pk:
        facts["origin"] = origin
    promised = _promise(locked)
    if ticket.pk in promised:
        facts["promises"] = promised.pop(ticket.pk)
    record(ticket, TicketEvent.Kind.DECIDED, at=now, actor=user, **facts)
    record_many(list(promises.told_lines(promised, user.pk)), cause="person")
    clocks.follow([ticket.pk, origin])
    ticket.refresh_from_db()
    return ticket


@transaction.atomic
def decide_on_message(
    *, user: User, message: UUID, verdict: Verdict, reason: str = ""
) -> Decided:
    """Say what we do with something heard that is on no ticket.

    To answer it makes its ticket, or lets it join the one of its author, just as
    intake does. What waits in no queue is for those who see all queues. Raises
    NotFound, NotAllowed, Invalid, and TicketChanged for a message on a ticket.
    """
    if not may(user, Permission.SEE_TICKETS):
        raise NotFound("There is no such message.")
    require(user, Permission.WORK_TICKETS)
    if reason and not REASON.fullmatch(reason):
        raise Invalid(reason=_("Send a word of small letters, digits, _ and -."))
    said = _heard(message)
    lock_threads([said.thread])
    if _ticket_of(said.id):
        raise TicketChanged(_("This message is on a ticket: decide it there."))
    if said.deleted and verdict == Verdict.ANSWER:
        raise Invalid(
            verdict=_("This message is gone: deleted by its author, or erased here.")
        )
    why = reason or BY_PERSON
    _write(said.id, verdict, why, user)
    if verdict == Verdict.ANSWER:
        intake.place([Engaged(said, why)], cause=BY_PERSON, actor=user.pk)
    return Decided(message, verdict.value, why, _ticket_of(said.id))


def _heard(message: UUID) -> Message:
    found = fetch(
        """SELECT id FROM conversations_message
            WHERE public_id = %s AND direction = 'in'""",
        [message],
    )
    if not found:
        raise NotFound("There is no such message.")
    return engagement.heard([found[0][0]])[0]


def _on_ticket(ticket: Ticket, message: UUID) -> tuple[Message, int]:
    """The message, and the ticket that its turn is measured on."""
    found = fetch(
        """SELECT m.id, tm.origin_ticket_id FROM conversations_message m
             JOIN webcare_ticketmessage tm ON tm.message_id = m.id
            WHERE m.public_id = %s AND m.direction = 'in' AND tm.ticket_id = %s""",
        [message, ticket.pk],
    )
    if not found:
        raise Invalid(message=_("Choose a message of the author on this ticket."))
    pk, origin = found[0]
    return engagement.heard([pk])[0], origin


def _ticket_of(message: int) -> UUID | None:
    found = fetch(
        """SELECT k.public_id FROM webcare_ticketmessage tm
             JOIN webcare_ticket k ON k.id = tm.ticket_id WHERE tm.message_id = %s""",
        [message],
    )
    return found[0][0] if found else None


def _write(message: int, verdict: Verdict, reason: str, user: User) -> str:
    """Returns what was decided before, or nothing."""
    before = Decision.objects.filter(message=message).first()
    Decision.objects.update_or_create(
        message_id=message,
        defaults={
            "verdict": verdict,
            "reason": reason,
            "decided_by": user,
            "decided_at": database_now(),
            "score": None,
            "classifier": None,
        },
    )
    return before.verdict if before else ""


def _promise(ticket: Ticket) -> dict[int, dict[str, Any]]:
    """What is promised to whoever waits now, by the ticket that its clock is on."""
    if ticket.queue_id is None:
        return {}
    return promises.start(placed_now({ticket.pk: ticket.queue_id})).promises


def _answer(ticket: Ticket, said: Said, now: datetime) -> dict[str, Any]:
    """Let the ticket wait for an answer since this was said; what it became."""
    if ticket.status == Status.CLOSED:
        raise TicketChanged(_("This ticket is closed: answer in a new one."))
    altered: dict[str, Any] = {
        "facts": {"since": said.message.posted_at.isoformat(), "of": said.origin}
    }
    if ticket.status not in {Status.NEW, Status.OPEN}:
        if has_live_twin(ticket):
            raise TicketChanged(_("This author has a newer ticket in the same thread."))
        Ticket.objects.filter(pk=ticket.pk).update(
            status=Status.OPEN, snoozed_until=None, **ENDLESS
        )
        outcomes.reopened({ticket.pk: now})
        altered["status"] = Status.OPEN.value
    turns.start([said])
    return altered
