"""The statement that an answer is: written whole, or not at all."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from conversations.actions import gate
from conversations.actions.delivery import QUEUE
from conversations.models import Channel, Delivery, Message
from conversations.models.bulk import column, fetch
from webcare.actions import assignment, attached, clocks, outcomes
from webcare.actions.attached import Attached
from webcare.actions.log import written_with
from webcare.actions.notifications import READ_WITH_THEIR_END, TELL_OF_APPROVALS
from webcare.actions.survey_plan import PLAN_SURVEYS
from webcare.domain.lifecycle import LIVE, PARKED, Status, not_live, require_move
from webcare.domain.outcomes import Resolution
from webcare.exceptions import Invalid, ReplyTooLong, SendingRefused, TicketChanged
from webcare.models import Approval, Reply, TicketEvent, User
from webcare.queries.fields import refuse_missing
from webcare.queries.replies import Standing

Kind = TicketEvent.Kind


class Words(NamedTuple):
    """What somebody wants to say, as it goes out, and where the ticket goes then."""

    writer: User
    text: str
    client_key: str
    then: Status
    holding: bool = False  # that we look into it: the author waits on
    approval: Approval | None = None  # on whose strength it goes out
    approver: User | None = None
    files: tuple[Attached, ...] = ()  # in the order in which they are shown


def write(standing: Standing, words: Words) -> Reply | None:
    """Write an answer down, hand it to delivery and take its ticket along.

    None, and nothing has happened, when the ticket is not as `standing` says any
    more. The writer becomes its agent if it had none; their draft is used up, and
    what others have waiting for approval here has been overtaken. Where it frees the
    hands of who had the ticket, they are offered what waits.
    Belongs in a transaction. Raises InvalidMove, and Invalid as `require_end` does or
    where a file is not there any more.
    """
    if words.then != standing.status:
        require_move(standing.status, words.then)
    require_end(standing, words.then)
    names = {"reply": uuid4(), "delivery": uuid4()}
    history = list(_history(standing, words, str(names["reply"])))
    lines = {
        "kinds": column(kind.value for kind, _ in history),
        "facts": column(data for _, data in history),
    }
    given = {**_values(standing, words), **names, **lines}
    if words.then == _DONE:
        given |= outcomes.measured(_ending(standing, words))
    found = fetch(_how(standing, words), given, prepared=True)
    if not found:
        return None
    pk, delivery_id, due_at, shows_it = found[0]
    attached.go_with(delivery_id, words.files)
    if standing.status in PARKED and words.then not in {standing.status, _DONE}:
        clocks.follow([standing.ticket])
    elif shows_it:
        clocks.show_due([standing.ticket])
    if standing.status == Status.OPEN and words.then != Status.OPEN:
        assignment.offer_to(standing.agent)
    delivery = Delivery(
        id=delivery_id, public_id=names["delivery"], due_at=due_at, text=words.text
    )
    reply = Reply(
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
        holding=words.holding,
        approved_by=words.approver,
    )
    reply.takes = words.files
    return reply


def asked_of_gate(
    standing: Standing, text: str, files: Sequence[Attached] = ()
) -> gate.Asked:
    """What the send gate is asked about an answer to a ticket that stands so."""
    channel = Channel(
        id=standing.channel,
        mode=standing.mode,
        text_limit=standing.text_limit,
        counting=standing.counting,
        files=standing.files,
        private_window_hours=standing.window_hours,
        pilot_cap=standing.pilot_cap,
        stopped_at=standing.stopped_at,
    )
    message = standing.in_reply_to and Message(
        id=standing.in_reply_to,
        visibility="private" if standing.said_privately_at else "public",
        posted_at=standing.said_privately_at or standing.now,
        deleted_at=standing.deleted_at,
    )
    beside = [one.facts for one in files]
    return gate.Asked(channel, text, message or None, beside)


def ask_gate(standing: Standing, text: str, files: Sequence[Attached] = ()) -> None:
    """Raise SendingRefused or ReplyTooLong when this text may not go out now.

    Invalid (`attachments`) where its files are not what the channel takes.
    """
    [no] = gate.refusals([asked_of_gate(standing, text, files)])
    if no is not None:
        code, sentence = no
        if code in gate.OF_FILES:
            raise Invalid(attachments=sentence)
        refusal = ReplyTooLong if code == "too_long" else SendingRefused
        raise refusal(sentence, rule=code)


def require_live(standing: Standing) -> None:
    """Raise TicketChanged for a ticket that nobody works on any more."""
    if standing.status not in LIVE:
        raise TicketChanged(not_live(standing.status))


def require_end(standing: Standing, then: Status) -> None:
    """Raise Invalid where this would end a ticket that still lacks an answer of ours
    to a custom field; what became of it needs no saying, it was answered."""
    if then == Status.RESOLVED:
        refuse_missing(standing.missing)


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
        "holding": words.holding,
        "before": _before(standing),
        "snoozed": standing.snoozed_until,
        "approval": approval and approval.pk,
        "approver": words.approver and words.approver.pk,
        "digest": approval and bytes(approval.digest),
    }


def _ending(standing: Standing, words: Words) -> outcomes.Resolved:
    return outcomes.Resolved(
        standing.ticket,
        words.writer.pk,
        standing.opened_at,
        standing.now,
        standing.language,
        standing.calendar,
    )


def _before(standing: Standing) -> str:
    """Where the ticket goes back to; with an agent it is not new any more."""
    if standing.status == Status.NEW:
        return Status.OPEN.value
    return standing.status


def _history(
    standing: Standing, words: Words, reply: str
) -> Iterator[tuple[TicketEvent.Kind, dict[str, Any]]]:
    written: dict[str, Any] = {"reply": reply, "then": words.then.value}
    if words.holding:
        written["holding"] = True
    if words.then not in {standing.status, Status.RESOLVED}:
        written["status"] = words.then.value
    yield Kind.REPLY_WRITTEN, written
    if standing.agent is None:
        yield Kind.ASSIGNED, {"agent": words.writer.pk, "why": {"by": "reply"}}
    if words.then == Status.RESOLVED:
        yield (
            Kind.RESOLVED,
            {
                "outcome": Resolution.ANSWERED.value,
                "status": words.then.value,
                **_ending(standing, words).told(),
            },
        )


def _statement(moves: str, *more: str, shows: str = "false") -> str:
    """Everything hangs on the ticket's row: whoever changed it first has won."""
    also = "".join(f", {one}" for one in more)
    return f"""
    WITH ticket AS (
        UPDATE webcare_ticket
           SET status = %(then)s, agent_id = coalesce(agent_id, %(writer)s),
               snoozed_until = NULL, changed_at = now(), version = version + 1{moves}
         WHERE id = %(ticket)s AND version = %(version)s
     RETURNING id, webcare_ticket.due_at
    ), delivery AS (
        {QUEUE} FROM ticket RETURNING id, due_at
    ), reply AS (
        INSERT INTO webcare_reply
               (public_id, ticket_id, author_id, client_key, text, written_against_id,
                delivery_id, "then", status_before, snoozed_before, written_at,
                holding, approved_by_id, approved_digest)
        SELECT %(reply)s, ticket.id, %(writer)s, %(key)s, %(text)s,
               %(inbound)s::bigint, delivery.id, %(then)s, %(before)s,
               %(snoozed)s::timestamptz, %(at)s, %(holding)s, %(approver)s::bigint,
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
    ), {written_with(_LINES)},
    lapsed AS ({TELL_OF_APPROVALS}), over AS ({READ_WITH_THEIR_END}){also}
    SELECT reply.id, delivery.id, delivery.due_at, {shows} FROM reply, delivery"""


# What the writer did, and the questions to colleagues that this has overtaken.
_LINES = """
        SELECT ticket.id, line.kind, %(at)s, %(writer)s::bigint, 'person',
               line.data::jsonb
          FROM ticket, (
               SELECT number, kind, data FROM ROWS FROM (
                      json_array_elements_text(%(kinds)s::json),
                      json_array_elements(%(facts)s::json))
                      WITH ORDINALITY AS one(kind, data, number)
                UNION ALL
               SELECT NULL, 'approval_voided', json_build_object(
                      'approval', public_id, 'reason', 'answered') FROM voided) AS line
         ORDER BY line.number NULLS LAST"""


def _how(standing: Standing, words: Words) -> str:
    """The statement for where the ticket goes: each is planned once a connection."""
    if words.then == _DONE:
        return _RESOLVE
    is_parked_now = words.then in PARKED and standing.status not in PARKED
    return _PARK if is_parked_now else _WRITE


_DONE = Status.RESOLVED
_WRITE = _statement("")
# Some promises are held up now, or kept; was one of them what the ticket shows?
_PARK = _statement(
    "",
    f"""paused AS (
        UPDATE webcare_clock c SET {clocks.PAUSE.format(at="%(at)s")}
          FROM ticket
          JOIN webcare_ticket k ON k.id = ticket.id OR k.merged_into_id = ticket.id
          JOIN webcare_clock was ON was.ticket_id = k.id
         WHERE c.id = was.id AND c.stopped_at IS NULL AND c.paused_at IS NULL
           AND {clocks.HELD_UP.format(status="%(then)s")}
     RETURNING was.due_at
    )""",
    shows="EXISTS (SELECT FROM paused JOIN ticket USING (due_at))",
)
_RESOLVE = _statement(
    """, resolved_at = %(at)s, resolution = 'answered', resolution_seconds =
                   greatest(0, floor(extract(epoch FROM %(at)s - opened_at)))""",
    f"""stopped AS (
        UPDATE webcare_clock c SET {clocks.STOP.format(at="%(at)s")}
          FROM ticket JOIN webcare_ticket k
            ON k.id = ticket.id OR k.merged_into_id = ticket.id
         WHERE c.ticket_id = k.id AND c.promise = 'resolution'
           AND c.stopped_at IS NULL
     RETURNING c.due_at
    )""",
    outcomes.BY_AN_ANSWER,
    f"asked AS ({PLAN_SURVEYS})",
    shows="EXISTS (SELECT FROM stopped JOIN ticket USING (due_at))",
)
