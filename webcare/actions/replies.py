"""Answers: written once, held while they may be taken back, then out of our hands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.actions import delivery
from conversations.models import Visibility
from conversations.queries.clock import database_now
from webcare.actions import approvals, assignment, attached, clocks, outcomes
from webcare.actions.log import record
from webcare.actions.tickets import move, settle_as_resolved, touched
from webcare.actions.writing import Words, ask_gate, require_end, require_live, write
from webcare.domain.initials import signed
from webcare.domain.lifecycle import LIVE, Status
from webcare.domain.outcomes import Resolution
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, KeyReused, StaleReply, TicketChanged
from webcare.models import Approval, Reply, Ticket, TicketEvent, User
from webcare.queries.fields import require_fields
from webcare.queries.people import require
from webcare.queries.replies import Standing, standing_of
from webcare.queries.tickets import Seen

Kind = TicketEvent.Kind
THEN = frozenset({Status.OPEN, Status.PENDING, Status.RESOLVED})


def send_reply(
    *,
    ticket: Ticket | Standing,
    user: User,
    text: str,
    client_key: str,
    seen: Seen | None = None,
    then: Status = Status.PENDING,
    visibility: Visibility | None = None,
    holding: bool = False,
    attachments: Sequence[UUID] = (),
) -> Reply | Approval:
    """Write an answer down and hand it to delivery, or ask a colleague to read it.

    `client_key` is made by the form or client: the same key is the same answer,
    however often it comes, and another text or writer under it is refused. `seen` is
    what the writer had before them; without it nothing counts as stale. `then` is where
    the ticket goes: open, pending or resolved. `visibility` chooses the thread; unsaid,
    an answer goes where the author wrote last. `holding` is for what says no more than
    that we look into it: the turn is acknowledged and waits on, and so the ticket stays
    open.
    The writer becomes its agent if it had none, and their draft is used up.
    The text is signed with the writer's initials; whoever has none signs nothing.
    `attachments` are ids of what the writer attached on this ticket and did not send,
    in the order in which they are shown.

    Where the queue, the topic or the writer calls for four eyes, nothing goes out yet:
    an Approval that waits is returned instead of a Reply.

    Raises StaleReply when the author wrote again or we answered since, SendingRefused
    and ReplyTooLong from the send gate, Invalid (also where an answer that resolves
    leaves a custom field open that has to be answered, or `attachments` are not the
    writer's own here or not what the channel takes), NotAllowed, TicketChanged,
    KeyReused.
    """
    if then not in THEN:
        raise Invalid(then=_("Choose open, pending or resolved."))
    if holding and then != Status.OPEN:
        raise Invalid(then=_("Who is told that we look into it still waits: open."))
    words = Words(user, signed(text, user.initials), client_key, then, holding)
    if isinstance(ticket, Ticket):
        ticket = standing_of(ticket.pk, client_key, visibility)
    named = tuple(attachments)
    return _say(ticket, words, named, seen) or _say_under_lock(
        ticket, words, named, seen, visibility
    )


@transaction.atomic
def take_back_reply(*, reply: Reply, user: User) -> Reply:
    """Cancel an answer that has not left, and put its ticket back as it was.

    Who wrote it stays its agent: they have the text before them again.
    Raises NotAllowed, and TicketChanged when it has left already.
    """
    ticket = Ticket.objects.select_for_update().get(pk=reply.ticket_id)
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    if not delivery.take_back(reply.delivery):
        raise TicketChanged(_("This answer has left, or was taken back before."))
    facts = {"reply": str(reply.public_id)}
    if ticket.status == reply.then and ticket.status != reply.status_before:
        _put_back(ticket, reply)
        facts["status"] = reply.status_before
    record(ticket, Kind.REPLY_TAKEN_BACK, at=database_now(), actor=user, **facts)
    if "status" in facts:
        clocks.follow([ticket.pk])
    return reply


@transaction.atomic
def let_go(*, reply: Reply, user: User) -> Reply:
    """Send an answer after all that was held because we answered outside the desk.

    Its ticket goes where its writer wanted it. Raises NotAllowed, Invalid where that
    leaves a custom field open, and TicketChanged when it is not held (any more).
    """
    ticket = Ticket.objects.select_for_update().get(pk=reply.ticket_id)
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    if not delivery.let_go(reply.delivery):
        raise TicketChanged(_("This answer is not held any more."))
    now = database_now()
    facts: dict[str, Any] = {"reply": str(reply.public_id)}
    then = Status(reply.then)
    if ticket.status in LIVE and ticket.status != then:
        if then == Status.RESOLVED:
            require_fields(ticket)
        facts |= _take_along(ticket, then, at=now, by=reply.author)
        if ticket.status == Status.OPEN:
            assignment.offer_to(ticket.agent_id)
    record(ticket, Kind.REPLY_LET_GO, at=now, actor=user, **facts)
    if "status" in facts:
        clocks.follow([ticket.pk])
    return reply


@transaction.atomic
def _say(
    standing: Standing, words: Words, named: Sequence[UUID], seen: Seen | None
) -> Reply | Approval | None:
    """None when somebody changed the ticket after `standing` was read."""
    require(words.writer, Permission.WORK_TICKETS, standing.queue)
    if standing.known_reply:
        reply = Reply.objects.get(pk=standing.known_reply)
        _require_same(words, reply.author_id, reply.text)
        return reply
    if standing.known_approval:
        approval = Approval.objects.get(pk=standing.known_approval)
        _require_same(words, approval.writer_id, approval.text)
        return approval
    require_live(standing)
    _refuse_stale(seen, standing.seen)
    words = words._replace(files=attached.choose(standing.ticket, words.writer, named))
    ask_gate(standing, words.text, words.files)
    if standing.asks_approval or words.writer.needs_approval:
        require_end(standing, words.then)
        return approvals.ask(standing, words)
    return write(standing, words)


@transaction.atomic
def _say_under_lock(
    standing: Standing,
    words: Words,
    named: Sequence[UUID],
    seen: Seen | None,
    visibility: Visibility | None,
) -> Reply | Approval:
    """Somebody was faster: with their change read, and nobody else able to make one."""
    Ticket.objects.select_for_update(no_key=True).only("pk").get(pk=standing.ticket)
    now = standing_of(standing.ticket, words.client_key, visibility)
    said = _say(now, words, named, seen)
    assert said is not None  # the ticket's row is locked
    return said


def _require_same(words: Words, writer: int | None, text: str) -> None:
    """Raise KeyReused where it is not this that was said under their key.

    Whoever is told that their answer is under way must find it there.
    """
    if (words.writer.pk, words.text) != (writer, text):
        raise KeyReused


def _refuse_stale(seen: Seen | None, now: Seen) -> None:
    author_wrote, we_answered = seen.misses(now) if seen else (False, False)
    if author_wrote or we_answered:
        raise StaleReply(
            _("There is something new in this conversation: read it, then send again."),
            author_wrote=author_wrote,
            we_answered=we_answered,
            etag=str(now),
        )


def _take_along(
    ticket: Ticket, then: Status, *, at: datetime, by: User | None
) -> dict[str, Any]:
    """Returns what the log says of it."""
    if then == Status.RESOLVED:
        return settle_as_resolved(ticket, at=at, outcome=Resolution.ANSWERED, by=by)
    move(ticket, then)
    return {"status": then.value}


def _put_back(ticket: Ticket, reply: Reply) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(
        status=reply.status_before,
        snoozed_until=reply.snoozed_before,
        resolved_at=None,
        resolution="",
        resolution_reason="",
        resolution_note="",
        resolution_seconds=None,
        **touched(),
    )
    if reply.then == Status.RESOLVED:
        outcomes.undone([ticket.pk])
