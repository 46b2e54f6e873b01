"""What is it about, in which language, and where does it wait: each with reasons."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from conversations.actions import batches
from conversations.models.bulk import fetch
from webcare.actions import also_topics, promises, routing
from webcare.actions.log import Line, record_many
from webcare.actions.topics import Asked, decide_topics
from webcare.domain import language
from webcare.domain.outcomes import DecidedBy
from webcare.domain.topics.decide import Also, TopicDecision
from webcare.models import TicketEvent
from webcare.queries import models
from webcare.queries.policies import Placed

Kind = TicketEvent.Kind

ASSIGN = "assign"
MOST_TEXT = 5_000  # characters that are looked at


class Untriaged(NamedTuple):
    """A ticket, with what its author wrote in it."""

    id: int
    channel: int
    channel_slug: str
    language: str
    topic: int | None
    topic_by: str
    confidence: float | None
    queue: int | None
    priority: str
    is_agents: bool
    hint: str
    text: str
    now: datetime
    author_lists: Sequence[int] = ()

    @property
    def is_settled(self) -> bool:
        """A person or a rule chose its topic: more text does not change that."""
        return self.topic_by in {DecidedBy.PERSON, DecidedBy.RULE}


def triage(ticket_ids: list[int]) -> None:
    """Classify, route and start the clocks of these tickets.

    A topic chosen by a person stays; a ticket that somebody works on, or that was
    placed before, stays in its queue unless it waited in triage for a topic. Tickets
    placed in a queue that hands out its work go on to be offered.
    """
    tickets = _classified(_read(ticket_ids))
    layout = routing.read_map()
    moves = routing.choose([_unrouted(ticket) for ticket, _ in tickets], layout)
    queues = {ticket.id: _queue(ticket, moves) for ticket, _ in tickets}
    started = promises.start(
        [Placed(t.id, queues[t.id], t.topic, t.language) for t, _ in tickets]
    )
    offered = [pk for pk, (queue, _) in moves.items() if queue in layout.pushing]
    _write([ticket for ticket, _ in tickets], queues, started.due, offered)
    also_topics.write(_also(tickets))
    record_many(list(_lines(tickets, moves, started.promises)), cause="triage")


STAGE = batches.Stage("triage", triage)


def warm() -> None:
    """Load what languages and topics take, before the first batch needs it."""
    language.warm()
    models.warm()


Classified = tuple[Untriaged, TopicDecision | None]  # None: nothing new was decided


def _read(ticket_ids: Sequence[int]) -> list[Untriaged]:
    rows = fetch(
        """SELECT k.id, k.channel_id, c.slug, k.language, k.topic_id, k.topic_by,
                  k.topic_confidence, k.queue_id, k.priority, k.agent_id IS NOT NULL,
                  coalesce(said.hint, ''), coalesce(left(said.text, %s), ''),
                  statement_timestamp(),
                  ARRAY(SELECT author_list_id FROM webcare_listedauthor
                         WHERE author_id = k.author_id)
             FROM webcare_ticket k
             JOIN conversations_channel c ON c.id = k.channel_id
             LEFT JOIN LATERAL (
                 SELECT string_agg(m.text, E'\\n' ORDER BY m.posted_at, m.id) AS text,
                        max(m.language) AS hint
                   FROM webcare_ticketmessage tm
                   JOIN conversations_message m ON m.id = tm.message_id
                  WHERE tm.ticket_id = k.id AND m.direction = 'in') AS said ON true
            WHERE k.id = ANY(%s) ORDER BY k.id FOR NO KEY UPDATE OF k""",
        [MOST_TEXT, list(ticket_ids)],
    )
    return [Untriaged(*row) for row in rows]


def _classified(tickets: Sequence[Untriaged]) -> list[Classified]:
    """Give each ticket its language, and a topic where none was settled before.

    The sender's word on the language comes first, then what we detect, then what we
    thought before.
    """
    detected = language.detect([ticket.text for ticket in tickets])
    spoken = [
        ticket._replace(language=ticket.hint or found or ticket.language)
        for ticket, (found, _) in zip(tickets, detected, strict=True)
    ]
    asked = [ticket for ticket in spoken if not ticket.is_settled]
    decisions = decide_topics(
        [Asked(t.text, t.language, t.channel_slug, t.author_lists) for t in asked]
    )
    decided = {t.id: d for t, d in zip(asked, decisions, strict=True)}
    return [_with_topic(ticket, decided.get(ticket.id)) for ticket in spoken]


def _with_topic(ticket: Untriaged, decision: TopicDecision | None) -> Classified:
    if decision is None:
        return ticket, None
    decided = ticket._replace(
        topic=decision.topic, topic_by=decision.by, confidence=decision.confidence
    )
    is_news = ticket.queue is None or decision.topic != ticket.topic
    return decided, decision if is_news else None


def _also(tickets: Sequence[Classified]) -> dict[int, Sequence[Also]]:
    """What was decided of tickets that may have, or had, topics beside the first."""
    return {
        ticket.id: decision.also
        for ticket, decision in tickets
        if decision is not None and (decision.also or ticket.queue is not None)
    }


def _unrouted(ticket: Untriaged) -> routing.Unrouted:
    return routing.Unrouted(
        ticket.id,
        ticket.channel,
        ticket.language,
        ticket.priority,
        ticket.topic,
        ticket.queue,
        ticket.is_agents,
        frozenset(ticket.author_lists),
    )


def _queue(ticket: Untriaged, moves: Mapping[int, routing.Move]) -> int:
    queue = moves[ticket.id][0] if ticket.id in moves else ticket.queue
    assert queue is not None  # whatever nothing places goes to triage
    return queue


def _write(
    tickets: Sequence[Untriaged],
    queues: Mapping[int, int],
    due: Mapping[int, datetime],
    offered: Sequence[int],
) -> None:
    """Write them; those offered wait to be handed out."""
    fetch(
        f"""WITH placed AS (
            UPDATE webcare_ticket k
               SET topic_id = given.topic, topic_by = given.by,
                   topic_confidence = given.confidence, language = given.language,
                   queue_id = given.queue, due_at = least(k.due_at, given.due),
                   changed_at = now(), version = version + 1
              FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::float8[],
                          %s::text[], %s::bigint[], %s::timestamptz[])
                   AS given(id, topic, by, confidence, language, queue, due)
             WHERE k.id = given.id RETURNING k.id),
            offered AS (SELECT id FROM placed WHERE id = ANY(%s))
            {batches.feed(ASSIGN, "offered")}""",
        [
            [ticket.id for ticket in tickets],
            [ticket.topic for ticket in tickets],
            [ticket.topic_by for ticket in tickets],
            [ticket.confidence for ticket in tickets],
            [ticket.language for ticket in tickets],
            [queues[ticket.id] for ticket in tickets],
            [due.get(ticket.id) for ticket in tickets],
            list(offered),
        ],
    )


def _lines(
    tickets: Sequence[Classified],
    moves: Mapping[int, routing.Move],
    promised: Mapping[int, Mapping[str, Any]],
) -> Iterator[Line]:
    for ticket, decision in tickets:
        if decision is not None:
            yield Line(ticket.id, Kind.CLASSIFIED, ticket.now, _facts(decision))
        if ticket.id in moves:
            queue, why = moves[ticket.id]
            facts = {"queue": queue, "why": why}
            if ticket.id in promised:
                facts["promises"] = promised[ticket.id]
            yield Line(ticket.id, Kind.ROUTED, ticket.now, facts)
    untold = {pk: made for pk, made in promised.items() if pk not in moves}
    yield from promises.told_lines(untold)


def _facts(decision: TopicDecision) -> dict[str, Any]:
    return {
        "topic": decision.topic,
        "by": decision.by.value,
        "confidence": decision.confidence,
        "why": decision.explanation,
    }
