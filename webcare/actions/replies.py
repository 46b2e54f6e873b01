"""Answers: written once, held while they may be taken back, then out of our hands."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions import gate
from conversations.actions.delivery import queue_delivery, take_back
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import clocks
from webcare.actions.log import Line, record, record_many
from webcare.actions.tickets import move, settle_as_resolved, touched
from webcare.domain.lifecycle import LIVE, Status
from webcare.domain.outcomes import Resolution
from webcare.domain.permissions import Permission
from webcare.exceptions import (
    Invalid,
    ReplyTooLong,
    SendingRefused,
    StaleReply,
    TicketChanged,
)
from webcare.models import Reply, Ticket, TicketEvent, User
from webcare.queries.people import require
from webcare.queries.tickets import Seen

Kind = TicketEvent.Kind
THEN = frozenset({Status.OPEN, Status.PENDING, Status.RESOLVED})


@transaction.atomic
def send_reply(
    *,
    ticket: Ticket,
    user: User,
    text: str,
    client_key: str,
    seen: Seen | None = None,
    then: Status = Status.PENDING,
) -> Reply:
    """Write an answer down and hand it to delivery.

    `client_key` is made by the form or client: the same key is the same answer,
    however often it comes. `seen` is what the writer had before them; without it
    nothing counts as stale. `then` is where the ticket goes: open, pending or
    resolved. The writer becomes its agent if it had none.

    Raises StaleReply when the author wrote again or we answered since, SendingRefused
    and ReplyTooLong from the send gate, Invalid, NotAllowed, TicketChanged.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    if then not in THEN:
        raise Invalid(then=_("Choose open, pending or resolved."))
    ticket = (
        Ticket.objects.select_for_update(of=["self"])
        .select_related("thread__channel", "last_inbound")
        .get(pk=ticket.pk)
    )
    # Read under the lock: what another wrote meanwhile is in it.
    now, known, newest = _facts(ticket, client_key)
    if known:
        return Reply.objects.get(pk=known)
    if ticket.status not in LIVE:
        raise TicketChanged(_("This ticket is not open any more: reopen it first."))
    _refuse_stale(seen, Seen(ticket.version, ticket.last_inbound_id or 0, newest))
    _ask_gate(ticket, text)
    reply = _write(ticket, user, text, client_key, then)
    _go(ticket, user, reply, at=now)
    return reply


@transaction.atomic
def take_back_reply(*, reply: Reply, user: User) -> Reply:
    """Cancel an answer that is still held, and put its ticket back.

    Raises NotAllowed, and TicketChanged when it has left already.
    """
    ticket = Ticket.objects.select_for_update().get(pk=reply.ticket_id)
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    if not take_back(reply.delivery):
        raise TicketChanged(_("This answer has left already."))
    facts = {"reply": str(reply.public_id)}
    if ticket.status == reply.then and ticket.status != reply.status_before:
        _put_back(ticket, Status(reply.status_before))
        facts["status"] = reply.status_before
    record(ticket, Kind.REPLY_TAKEN_BACK, at=database_now(), actor=user, **facts)
    return reply


def _facts(ticket: Ticket, client_key: str) -> tuple[datetime, int | None, int]:
    """The time, the answer known under this key, and the newest answer."""
    [[now, known, newest]] = fetch(
        """SELECT clock_timestamp(), max(id) FILTER (WHERE client_key = %s),
                  coalesce(max(id), 0)
             FROM webcare_reply WHERE ticket_id = %s""",
        [client_key, ticket.pk],
    )
    return now, known, newest


def _refuse_stale(seen: Seen | None, now: Seen) -> None:
    if seen is None or (seen.inbound, seen.reply) == (now.inbound, now.reply):
        return
    raise StaleReply(
        _("There is something new in this conversation: read it, then send again."),
        author_wrote=seen.inbound != now.inbound,
        we_answered=seen.reply != now.reply,
        etag=str(now),
    )


def _ask_gate(ticket: Ticket, text: str) -> None:
    no = gate.refusal(
        channel=ticket.thread.channel, text=text, in_reply_to=ticket.last_inbound
    )
    if no is None:
        return
    code, sentence = no
    raise (ReplyTooLong if code == "too_long" else SendingRefused)(sentence, rule=code)


def _write(
    ticket: Ticket, user: User, text: str, client_key: str, then: Status
) -> Reply:
    delivery = queue_delivery(
        thread=ticket.thread, in_reply_to=ticket.last_inbound, text=text
    )
    return Reply.objects.create(
        ticket=ticket,
        author=user,
        client_key=client_key,
        text=text,
        written_against=ticket.last_inbound,
        delivery=delivery,
        then=then,
        status_before=_before(ticket),
    )


def _before(ticket: Ticket) -> str:
    """Where a ticket goes back to: with an agent it is not new, and it is awake."""
    roused = {Status.NEW, Status.SNOOZED}
    return Status.OPEN if ticket.status in roused else ticket.status


def _go(ticket: Ticket, user: User, reply: Reply, *, at: datetime) -> None:
    """Take the ticket along with its answer; the writer becomes its agent."""
    agent = ticket.agent_id or user.pk
    if reply.then == Status.RESOLVED:
        settle_as_resolved(ticket, at=at, outcome=Resolution.ANSWERED, agent_id=agent)
    elif reply.then != ticket.status:
        move(ticket, Status(reply.then), agent_id=agent)
    else:
        Ticket.objects.filter(pk=ticket.pk).update(agent_id=agent, **touched())
    lines = [
        Line(ticket.pk, kind, at, data, user.pk)
        for kind, data in _history(ticket, user, reply)
    ]
    record_many(lines, cause="person")


def _history(
    ticket: Ticket, user: User, reply: Reply
) -> Iterator[tuple[TicketEvent.Kind, dict[str, Any]]]:
    written = {"reply": str(reply.public_id), "then": reply.then}
    if reply.then not in {ticket.status, Status.RESOLVED}:
        written["status"] = reply.then
    yield Kind.REPLY_WRITTEN, written
    if ticket.agent_id is None:
        yield Kind.ASSIGNED, {"agent": user.pk, "why": {"by": "reply"}}
    if reply.then == Status.RESOLVED:
        outcome = Resolution.ANSWERED.value
        yield Kind.RESOLVED, {"outcome": outcome, "status": reply.then}


def _put_back(ticket: Ticket, status: Status) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(
        status=status,
        resolved_at=None,
        resolution="",
        resolution_reason="",
        resolution_note="",
        resolution_seconds=None,
        **touched(),
    )
    clocks.resume([ticket.pk])
