"""The statement that an answer is: written whole, or not at all."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import uuid4

from django.utils.translation import gettext as _

from conversations.actions import gate
from conversations.actions.delivery import QUEUE
from conversations.models import Channel, Delivery, Message
from conversations.models.bulk import fetch
from webcare.actions import assignment
from webcare.actions.log import Line, record_many
from webcare.domain.lifecycle import LIVE, Status, require_move
from webcare.domain.outcomes import Resolution
from webcare.exceptions import ReplyTooLong, SendingRefused, TicketChanged
from webcare.models import Approval, Reply, Ticket, TicketEvent, User
from webcare.queries.fields import require_fields
from webcare.queries.replies import Standing

Kind = TicketEvent.Kind


class Words(NamedTuple):
    """What somebody wants to say, as it goes out, and where the ticket goes then."""

    writer: User
    text: str
    client_key: str
    then: Status
    approval: Approval | None = None  # on whose strength it goes out
    approver: User | None = None


def write(standing: Standing, words: Words) -> Reply | None:
    """Write an answer down, hand it to delivery and take its ticket along.

    None, and nothing has happened, when the ticket is not as `standing` says any
    more. The writer becomes its agent if it had none; their draft is used up, and
    what others have waiting for approval here has been overtaken. Where it frees the
    hands of who had the ticket, they are offered what waits.
    Belongs in a transaction. Raises InvalidMove, and Invalid as `require_end` does.
    """
    if words.then != standing.status:
        require_move(standing.status, words.then)
    require_end(standing, words.then)
    sql = _RESOLVE if words.then == Status.RESOLVED else _WRITE
    names = {"reply": uuid4(), "delivery": uuid4()}
    found = fetch(sql, {**_values(standing, words), **names}, prepared=True)
    if not found:
        return None
    pk, delivery_id, due_at, voided = found[0]
    lines = [
        Line(standing.ticket, kind, standing.now, data, words.writer.pk)
        for kind, data in _history(standing, words, str(names["reply"]), voided)
    ]
    record_many(lines, cause="person")
    if standing.status == Status.OPEN and words.then != Status.OPEN:
        assignment.offer_to(standing.agent)
    delivery = Delivery(
        id=delivery_id, public_id=names["delivery"], due_at=due_at, text=words.text
    )
    return Reply(
        id=pk,
        public_id=names["reply"],
        ticket_id=standing.ticket,
        author=words.writer,
        client_key=words.client_key,
        text=words.text,
        written_against_id=standing.inbound,
        delivery=delivery,
        then=words.then,
        status_before=_before(standing),
        snoozed_before=standing.snoozed_until,
        written_at=standing.now,
        approved_by=words.approver,
    )


def ask_gate(standing: Standing, text: str) -> None:
    """Raise SendingRefused or ReplyTooLong when this text may not go out now."""
    channel = Channel(
        id=standing.channel,
        mode=standing.mode,
        text_limit=standing.text_limit,
        pilot_cap=standing.pilot_cap,
        stopped_at=standing.stopped_at,
    )
    message = standing.in_reply_to and Message(
        id=standing.in_reply_to, deleted_at=standing.deleted_at
    )
    no = gate.refusal(channel=channel, text=text, in_reply_to=message or None)
    if no is not None:
        code, sentence = no
        refusal = ReplyTooLong if code == "too_long" else SendingRefused
        raise refusal(sentence, rule=code)


def require_live(standing: Standing) -> None:
    """Raise TicketChanged for a ticket that nobody works on any more."""
    if standing.status not in LIVE:
        raise TicketChanged(_("This ticket is not open any more: reopen it first."))


def require_end(standing: Standing, then: Status) -> None:
    """Raise Invalid where this would end a ticket that still lacks an answer of ours
    to a custom field; what became of it needs no saying, it was answered."""
    if then == Status.RESOLVED:
        require_fields(Ticket(pk=standing.ticket, queue_id=standing.queue))


def _values(standing: Standing, words: Words) -> dict[str, Any]:
    approval = words.approval
    return {
        "ticket": standing.ticket,
        "version": standing.version,
        "at": standing.now,
        "channel": standing.channel,
        "thread": standing.thread,
        "visibility": standing.visibility,
        "in_reply_to": standing.in_reply_to,
        "inbound": standing.inbound,
        "hold": standing.hold_seconds,
        "text": words.text,
        "writer": words.writer.pk,
        "key": words.client_key,
        "then": words.then.value,
        "before": _before(standing),
        "snoozed": standing.snoozed_until,
        "approval": approval and approval.pk,
        "approver": words.approver and words.approver.pk,
        "digest": approval and bytes(approval.digest),
    }


def _before(standing: Standing) -> str:
    """Where the ticket goes back to; with an agent it is not new any more."""
    if standing.status == Status.NEW:
        return Status.OPEN.value
    return standing.status


def _history(
    standing: Standing, words: Words, reply: str, voided: list[str]
) -> Iterator[tuple[TicketEvent.Kind, dict[str, Any]]]:
    written = {"reply": reply, "then": words.then.value}
    if words.then not in {standing.status, Status.RESOLVED}:
        written["status"] = words.then.value
    yield Kind.REPLY_WRITTEN, written
    if standing.agent is None:
        yield Kind.ASSIGNED, {"agent": words.writer.pk, "why": {"by": "reply"}}
    if words.then == Status.RESOLVED:
        outcome = Resolution.ANSWERED.value
        yield Kind.RESOLVED, {"outcome": outcome, "status": words.then.value}
    for approval in voided:
        yield Kind.APPROVAL_VOIDED, {"approval": approval, "reason": "answered"}


def _statement(moves: str, *more: str) -> str:
    """Everything hangs on the ticket's row: whoever changed it first has won."""
    also = "".join(f", {one}" for one in more)
    return f"""
    WITH ticket AS (
        UPDATE webcare_ticket
           SET status = %(then)s, agent_id = coalesce(agent_id, %(writer)s),
               snoozed_until = NULL, changed_at = now(), version = version + 1{moves}
         WHERE id = %(ticket)s AND version = %(version)s
     RETURNING id
    ), delivery AS (
        {QUEUE} FROM ticket RETURNING id, due_at
    ), reply AS (
        INSERT INTO webcare_reply
               (public_id, ticket_id, author_id, client_key, text, written_against_id,
                delivery_id, "then", status_before, snoozed_before, written_at,
                approved_by_id, approved_digest)
        SELECT %(reply)s, ticket.id, %(writer)s, %(key)s, %(text)s,
               %(inbound)s::bigint, delivery.id, %(then)s, %(before)s,
               %(snoozed)s::timestamptz, %(at)s, %(approver)s::bigint,
               %(digest)s::bytea FROM ticket, delivery
     RETURNING id
    ), draft AS (
        DELETE FROM webcare_draft d USING ticket
         WHERE d.ticket_id = ticket.id AND d.user_id = %(writer)s
    ), voided AS (
        UPDATE webcare_approval a
           SET state = 'voided', reason = 'answered', decided_at = now()
          FROM ticket
         WHERE a.ticket_id = ticket.id AND a.state = 'waiting'
           AND a.id IS DISTINCT FROM %(approval)s::bigint
     RETURNING a.public_id
    ){also}
    SELECT reply.id, delivery.id, delivery.due_at,
           ARRAY(SELECT public_id::text FROM voided) FROM reply, delivery"""


_WRITE = _statement("")
_RESOLVE = _statement(
    """, resolved_at = %(at)s, resolution = 'answered', resolution_seconds =
                   greatest(0, floor(extract(epoch FROM %(at)s - opened_at)))""",
    """stopped AS (
        UPDATE webcare_clock c SET stopped_at = %(at)s
          FROM ticket JOIN webcare_ticket k
            ON k.id = ticket.id OR k.merged_into_id = ticket.id
         WHERE c.ticket_id = k.id AND c.promise = 'resolution'
           AND c.stopped_at IS NULL
    )""",
)
