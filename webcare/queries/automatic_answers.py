"""What an automatic answer needs to know of many tickets: asked of all at once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.utils import translation

from conversations.models.bulk import fetch
from webcare.domain.automatic_answers import MOST_AN_HOUR, Case
from webcare.domain.fields import column_of
from webcare.domain.lifecycle import LIVE
from webcare.domain.macros import FIELD, Wording
from webcare.models import FieldValue, Macro
from webcare.queries.macros import written_out
from webcare.queries.replies import Standing, standings_of


class Answerable(NamedTuple):
    """A ticket as a rule that wants to answer finds it."""

    standing: Standing
    case: Case
    turn: int | None  # the one that waits for an answer to the message
    channel: int
    language: str
    handle: str
    values: dict[str, str]  # what the variables of a text stand for


def answerable(tickets: Sequence[int]) -> dict[int, Answerable]:
    """Return how these tickets stand for an automatic answer: two statements."""
    standings = standings_of(tickets)
    rows = fetch(_SQL, {"tickets": list(standings), "most": MOST_AN_HOUR})
    return {row[0]: _answerable(_Row(*row), standings[row[0]]) for row in rows}


def add_fields(found: Collection[Answerable], keys: Collection[str]) -> None:
    """Let the values know the answers to these custom fields: at most a statement."""
    if not keys:
        return
    by_ticket = defaultdict(list)
    given = FieldValue.objects.filter(
        ticket__in=[one.standing.ticket for one in found], field__key__in=keys
    )
    for value in given.select_related("field"):
        by_ticket[value.ticket_id].append(value)
    for one in found:
        with translation.override(one.language or translation.get_language()):
            for value in by_ticket[one.standing.ticket]:
                answer = getattr(value, column_of(value.kind))
                one.values[f"{FIELD}{value.field.key}"] = written_out(answer)


def wordings_of(macro: str) -> list[Wording] | None:
    """Return the texts of a shared macro in use; None where there is none."""
    found = Macro.objects.filter(public_id=macro, user=None, is_retired=False).first()
    if found is None:
        return None
    texts = found.texts.order_by("id")
    return [Wording(one.channel_id, one.language, one.text) for one in texts]


class _Row(NamedTuple):
    """A row of `_SQL`."""

    ticket: int
    is_danger: bool
    channel: int
    language: str
    name: str
    handle: str
    queue: str
    turn: int | None
    addressed: bool
    being_answered: bool
    after_automatic: bool
    lately: int


def _answerable(row: _Row, standing: Standing) -> Answerable:
    case = Case(
        is_live=standing.status in LIVE,
        is_danger=row.is_danger,
        waits=row.turn is not None,
        addressed=row.addressed,
        needs_approval=standing.asks_approval,
        is_being_answered=row.being_answered,
        after_automatic=row.after_automatic,
        lately=row.lately,
    )
    values = {
        "author.name": row.name,
        "author.handle": row.handle,
        "ticket.number": str(row.ticket),
        "queue.name": row.queue,
    }
    return Answerable(
        standing, case, row.turn, row.channel, row.language, row.handle, values
    )


# Of our own answers those count that went out, or are on their way. What a rule said
# stands alone until a person answers, here or outside the desk.
_SQL = """
    SELECT k.id, k.is_danger, k.channel_id, k.language, w.name, w.handle,
           coalesce(q.name, ''),
           (SELECT t.id FROM webcare_ticketmessage tm
              JOIN webcare_turn t
                ON t.ticket_id = tm.origin_ticket_id AND t.outcome = 'waiting'
             WHERE tm.message_id = k.last_inbound_id),
           coalesce(m.addressed OR m.visibility = 'private', false),
           ours.under_way OR EXISTS (
               SELECT FROM webcare_approval a
                WHERE a.ticket_id = k.id AND a.state = 'waiting'),
           ours.by_rule IS NOT NULL AND coalesce(
               ours.by_rule > greatest(ours.by_person, outside.posted_at), true),
           (SELECT count(*) FROM (
               SELECT FROM webcare_ticket o JOIN webcare_reply r
                   ON r.ticket_id = o.id AND r.rule_id IS NOT NULL
                  AND r.written_at > statement_timestamp() - interval '1 hour'
                WHERE o.author_id = k.author_id
                  AND o.changed_at > statement_timestamp() - interval '1 hour'
                LIMIT %(most)s) AS lately)
      FROM webcare_ticket k
      JOIN conversations_author w ON w.id = k.author_id
      LEFT JOIN webcare_queue q ON q.id = k.queue_id
      LEFT JOIN conversations_message m ON m.id = k.last_inbound_id
      LEFT JOIN conversations_message outside ON outside.id = k.last_outside_id
     CROSS JOIN LATERAL (
           SELECT max(r.written_at) FILTER (WHERE r.rule_id IS NOT NULL) AS by_rule,
                  max(r.written_at) FILTER (WHERE r.rule_id IS NULL) AS by_person,
                  coalesce(bool_or(d.state <> 'sent')
                      FILTER (WHERE r.rule_id IS NULL), false) AS under_way
             FROM webcare_ticket f
             JOIN webcare_reply r ON r.ticket_id = f.id
             JOIN conversations_delivery d ON d.id = r.delivery_id
              AND d.state NOT IN ('cancelled', 'refused')
            WHERE f.id = k.id OR f.merged_into_id = k.id) AS ours
     WHERE k.id = ANY(%(tickets)s)"""
