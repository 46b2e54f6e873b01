"""Four eyes: an answer that a colleague reads before it goes out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models import Visibility
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import attached
from webcare.actions.attached import Attached
from webcare.actions.log import Line, record, record_many
from webcare.actions.tickets import touched
from webcare.actions.writing import Words, ask_gate, require_live, write
from webcare.domain.approvals import digest_of, recipient
from webcare.domain.lifecycle import Status
from webcare.domain.permissions import Permission
from webcare.exceptions import ApprovalOver, Invalid, NotAllowed
from webcare.models import Approval, Draft, Reply, Ticket, TicketEvent, User
from webcare.queries.people import require
from webcare.queries.replies import Standing, standing_of

Kind = TicketEvent.Kind
State = Approval.State
LONGEST_REASON = 1_000


def ask(standing: Standing, words: Words) -> Approval | None:
    """Let an answer wait for a colleague; the writer's earlier one here is void.

    None, and nothing has happened, when the ticket is not as `standing` says any
    more. The ticket stays where it is; the writer's draft is used up. It waits for
    as many hours as its queue says. Belongs in a transaction.
    """
    unchanged = Ticket.objects.filter(pk=standing.ticket, version=standing.version)
    if not unchanged.update(**touched()):
        return None
    void([standing.ticket], reason="edited", writer=words.writer, actor=words.writer)
    Draft.objects.filter(ticket=standing.ticket, user=words.writer).delete()
    approval = Approval.objects.create(
        ticket_id=standing.ticket,
        writer=words.writer,
        client_key=words.client_key,
        text=words.text,
        visibility=standing.visibility,
        thread_id=standing.thread,
        then=words.then,
        holding=words.holding,
        digest=_digest(standing, words.text, words.files),
        written_against_id=standing.inbound,
        newest_reply=standing.newest_reply,
        asked_at=standing.now,
        expires_at=standing.now + timedelta(hours=standing.approval_hours),
    )
    if words.files:
        attached.wait_with(approval, words.files)
    line = Line(
        standing.ticket,
        Kind.APPROVAL_ASKED,
        standing.now,
        {"approval": str(approval.public_id)},
        words.writer.pk,
    )
    record_many([line], cause="person")
    return approval


def void(
    tickets: Sequence[int],
    *,
    reason: str,
    writer: User | None = None,
    actor: User | None = None,
    cause: str = "person",
) -> None:
    """Say that what waits on these tickets is overtaken: two statements at most.

    `reason` is a stable word: edited, author_wrote, answered, answered_elsewhere.
    """
    if not tickets:
        return
    voided = fetch(
        """UPDATE webcare_approval
              SET state = 'voided', reason = %(reason)s, decided_at = now()
            WHERE ticket_id = ANY(%(tickets)s) AND state = 'waiting'
              AND (%(writer)s::bigint IS NULL OR writer_id = %(writer)s)
        RETURNING ticket_id, public_id::text, decided_at""",
        {"tickets": list(tickets), "reason": reason, "writer": writer and writer.pk},
    )
    _record_over(voided, reason, actor, cause)


def expire() -> int:
    """End what has waited too long; returns how many."""
    expired = fetch(
        """UPDATE webcare_approval SET state = 'expired', decided_at = now()
            WHERE state = 'waiting' AND expires_at <= now()
        RETURNING ticket_id, public_id::text, decided_at""",
        [],
    )
    _record_over(expired, "expired", None, "timer")
    return len(expired)


def approve(*, approval: Approval, user: User, digest: bytes | None = None) -> Reply:
    """Send an answer in its writer's name, as the colleague who approves has read it.

    `digest` is what they read, where the client says so. What else waits on this
    ticket is void with it. Raises NotAllowed for the writer's own, Invalid for another
    digest, ApprovalOver when it does not wait (any more): its author wrote again, we
    answered since, or its time is up, and that is written down; TicketChanged,
    SendingRefused, ReplyTooLong.
    """
    sent = _approve(approval, user, digest)
    if isinstance(sent, Reply):
        return sent
    raise _over(sent)


@transaction.atomic
def reject(*, approval: Approval, user: User, reason: str) -> Approval:
    """Say why an answer does not go out; its writer can write another.

    Raises Invalid without a reason, NotAllowed, ApprovalOver.
    """
    if not reason.strip():
        raise Invalid(reason=_("Say what should be different."))
    ticket, approval = _take_up(approval, user)
    approval.state = State.REJECTED
    approval.reason = reason.strip()[:LONGEST_REASON]
    approval.decided_by = user
    approval.decided_at = database_now()
    approval.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    record(
        ticket,
        Kind.APPROVAL_REJECTED,
        at=approval.decided_at,
        actor=user,
        approval=str(approval.public_id),
    )
    return approval


@transaction.atomic
def withdraw(*, approval: Approval, user: User) -> Approval:
    """Let the writer think again. Raises NotAllowed for another's, ApprovalOver."""
    if approval.writer_id != user.pk:
        raise NotAllowed(_("Only who wrote it can withdraw it."))
    waiting = Approval.objects.filter(pk=approval.pk, state=State.WAITING)
    if not waiting.update(state=State.VOIDED, reason="withdrawn", decided_at=Now()):
        raise _over(Approval.objects.get(pk=approval.pk))
    approval.refresh_from_db()
    facts = [(approval.ticket_id, str(approval.public_id), approval.decided_at)]
    _record_over(facts, "withdrawn", user, "person")
    return approval


@transaction.atomic
def _approve(approval: Approval, user: User, digest: bytes | None) -> Reply | Approval:
    """The answer; or the approval, ended, when it could not go out as it stands."""
    ticket, approval = _take_up(approval, user)
    if digest is not None and digest != bytes(approval.digest):
        raise Invalid(digest=_("This is not what waits here: read it again."))
    visibility = Visibility(approval.visibility)
    standing = standing_of(ticket.pk, approval.client_key, visibility)
    files = attached.of_approval(approval)
    if reason := _why_over(approval, standing, files):
        return _end(approval, reason)
    require_live(standing)
    ask_gate(standing, approval.text, files)
    words = Words(
        approval.writer,
        approval.text,
        approval.client_key,
        Status(approval.then),
        approval.holding,
        approval,
        user,
        files,
    )
    reply = write(standing, words)
    assert reply is not None  # the ticket's row is locked
    Approval.objects.filter(pk=approval.pk).update(
        state=State.APPROVED, decided_by=user, decided_at=Now(), reply=reply
    )
    facts = {"approval": str(approval.public_id), "reply": str(reply.public_id)}
    record(ticket, Kind.APPROVED, at=standing.now, actor=user, **facts)
    return reply


def _take_up(approval: Approval, user: User) -> tuple[Ticket, Approval]:
    """Lock a ticket and what waits on it, for `user` to decide.

    Locks are taken in this order everywhere. Raises NotAllowed, ApprovalOver.
    """
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=approval.ticket_id)
    approval = Approval.objects.select_for_update(of=["self"]).get(pk=approval.pk)
    require(user, Permission.APPROVE_REPLIES, ticket.queue_id)
    if approval.writer_id == user.pk:
        raise NotAllowed(_("Somebody else has to read it: you wrote it."))
    if approval.state != State.WAITING:
        raise _over(approval)
    return ticket, approval


def _why_over(approval: Approval, standing: Standing, files: Sequence[Attached]) -> str:
    """Why an answer that waits cannot go out as it stands; empty when it can."""
    if standing.now >= approval.expires_at:
        return "expired"
    if (standing.inbound or 0) > (approval.written_against_id or 0):
        return "author_wrote"
    if standing.newest_reply > approval.newest_reply:
        return "answered"
    if _digest(standing, approval.text, files) != bytes(approval.digest):
        return "changed"
    return ""


def _over(approval: Approval) -> ApprovalOver:
    return ApprovalOver(
        _("This answer does not wait for approval any more."),
        state=str(approval.state),
        reason=approval.reason,
    )


def _end(approval: Approval, reason: str) -> Approval:
    """Write down that what waited is void, or has expired, and why."""
    state = State.EXPIRED if reason == "expired" else State.VOIDED
    word = "" if reason == "expired" else reason
    Approval.objects.filter(pk=approval.pk).update(
        state=state, reason=word, decided_at=Now()
    )
    approval.refresh_from_db()
    facts = [(approval.ticket_id, str(approval.public_id), approval.decided_at)]
    _record_over(facts, reason, None, "person")
    return approval


def _digest(standing: Standing, text: str, files: Sequence[Attached]) -> bytes:
    return digest_of(
        text=text,
        media=[one.pinned for one in files],
        visibility=standing.visibility,
        recipient=recipient(standing.thread, standing.inbound),
    )


def _record_over(
    rows: Sequence[tuple[Any, ...]], reason: str, actor: User | None, cause: str
) -> None:
    record_many(
        [
            Line(
                ticket,
                Kind.APPROVAL_VOIDED,
                at,
                {"approval": approval, "reason": reason},
                actor.pk if actor else None,
            )
            for ticket, approval, at in rows
        ],
        cause=cause,
    )
