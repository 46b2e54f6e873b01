"""What rules answer by themselves: said to be automatic, and never more than once.

It leaves by the same gate and the same delivery as every answer. It is none where a
person's answer is asked for: the clock runs on, the turn waits, the ticket stays
where it is and with whom it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from conversations.actions import gate
from conversations.actions.delivery import QUEUE_EACH
from conversations.models.bulk import column, fetch
from webcare.actions.bulk_rows import By, Change, Results, Row, update, write_down
from webcare.actions.writing import asked_of_gate
from webcare.domain import macros as texts
from webcare.domain.automatic_answers import why_not
from webcare.domain.macros import Wording
from webcare.models import TicketEvent
from webcare.queries.automatic_answers import (
    Answerable,
    add_fields,
    answerable,
    wordings_of,
)

GONE = "gone"


class Draft(NamedTuple):
    """A text for a ticket, and the word why it does not go out; empty where it may."""

    to: Answerable
    text: str
    refused: str


def answer(rows: Sequence[Row], by: By, *, rule: int, macro: str) -> Results:
    """Let a rule answer these tickets with a macro's text: five statements at most.

    The tickets are locked. Of each that is not answered a word says why: that of
    `why_not`, `no_text` or `gap` of the macro, one of the send gate's, or `answered`
    where this rule spoke in this turn before.
    """
    drafts = drafts_of([row.id for row in rows], macro)
    if drafts is None:
        return {row.id: GONE for row in rows}
    free = [draft for draft in drafts.values() if not draft.refused]
    made = _write(free, rule) if free else {}
    results: Results = {}
    for row in rows:
        word = drafts[row.id].refused or "answered"
        results[row.id] = Change({}, {}) if row.id in made else word
    update("", results)
    kind = TicketEvent.Kind.REPLY_WRITTEN
    facts = {"automatic": True, "macro": macro}
    write_down(kind, rows, results, by, lambda row: {"reply": made[row.id]}, **facts)
    return results


def drafts_of(tickets: Sequence[int], macro: str) -> dict[int, Draft] | None:
    """Fill a macro's text in for each of these tickets, and ask whether it may go out.

    Nothing is written. None where there is no such macro for all to use.
    """
    wordings = wordings_of(macro)
    if wordings is None:
        return None
    found = answerable(tickets)
    keys = {key for one in wordings for key in texts.fields_in(one.text)}
    add_fields(found.values(), keys)
    drafts = [_draft(one, wordings) for one in found.values()]
    asked = [asked_of_gate(draft.to.standing, draft.text) for draft in drafts]
    return {
        draft.to.standing.ticket: draft._replace(
            refused=draft.refused or (no[0] if no else "")
        )
        for draft, no in zip(drafts, gate.refusals(asked), strict=True)
    }


def _draft(to: Answerable, wordings: Sequence[Wording]) -> Draft:
    wording = texts.choose(wordings, to.channel, to.language)
    text, missing = texts.fill(wording.text, to.values) if wording else ("", [])
    word = why_not(to.case)
    if not word and not text:
        word = "no_text"
    return Draft(to, text, word or ("gap" if missing else ""))


def _write(drafts: Sequence[Draft], rule: int) -> Mapping[int, str]:
    """Write these down and hand them to delivery: ticket -> the answer's id.

    A turn that this rule has answered already is left out, whoever was faster.
    """
    rows = [_values(draft) for draft in drafts]
    lists = {name: column(row[name] for row in rows) for name in rows[0]}
    made = fetch(_WRITE, {**lists, "rule": rule})
    return dict(made)


def _values(draft: Draft) -> dict[str, Any]:
    standing = draft.to.standing
    return {
        "ticket": standing.ticket,
        "turn": draft.to.turn,
        "status": standing.status,
        "snoozed": standing.snoozed_until,
        "channel": standing.channel,
        "thread": standing.thread,
        "visibility": standing.visibility,
        "in_reply_to": standing.in_reply_to,
        "inbound": standing.inbound,
        "hold": standing.hold_seconds,
        "text": draft.text,
        "delivery": uuid4(),
        "reply": uuid4(),
    }


_TYPES = {
    "ticket": "bigint",
    "turn": "bigint",
    "status": "text",
    "snoozed": "timestamptz",
    "channel": "bigint",
    "thread": "bigint",
    "visibility": "text",
    "in_reply_to": "bigint",
    "inbound": "bigint",
    "hold": "float",
    "text": "text",
    "delivery": "uuid",
    "reply": "uuid",
}
_LISTS = ", ".join(f"json_array_elements_text(%({name})s::json)" for name in _TYPES)
_COLUMNS = ", ".join(f"{name}::{kind}" for name, kind in _TYPES.items())
_WRITE = f"""
    WITH given AS (
        SELECT DISTINCT ON (turn) {_COLUMNS}
          FROM ROWS FROM ({_LISTS}) AS given({", ".join(_TYPES)})
         ORDER BY turn, ticket
    ), claimed AS (
        INSERT INTO webcare_ruleanswer (rule_id, turn_id)
        SELECT %(rule)s, turn FROM given
            ON CONFLICT (rule_id, turn_id) DO NOTHING
     RETURNING turn_id
    ), free AS (
        SELECT given.* FROM given JOIN claimed ON claimed.turn_id = given.turn
    ), sent AS (
        {QUEUE_EACH.format(source="free")} RETURNING id, public_id
    )
    INSERT INTO webcare_reply
           (public_id, ticket_id, rule_id, client_key, text, written_against_id,
            delivery_id, "then", status_before, snoozed_before, written_at)
    SELECT free.reply, free.ticket, %(rule)s, 'rule:' || %(rule)s || ':' || free.turn,
           free.text, free.inbound, sent.id, free.status, free.status, free.snoozed,
           clock_timestamp()
      FROM free JOIN sent ON sent.public_id = free.delivery
 RETURNING ticket_id, public_id::text"""
