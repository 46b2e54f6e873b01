"""What is it about, in which language: every outcome with its reasons."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from conversations.actions import batches
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import clocks, routing
from webcare.actions.log import Line, record_many
from webcare.actions.topics import TopicDecision, decide_topics
from webcare.domain import language
from webcare.domain.outcomes import DecidedBy
from webcare.models import TicketEvent

MOST_TEXT = 5_000  # characters that are looked at


class Untriaged(NamedTuple):
    """A ticket, with what its author wrote in it."""

    id: int
    channel: int
    channel_slug: str
    language: str
    topic: int | None
    topic_by: str
    queue: int | None
    priority: str
    is_agents: bool
    hint: str
    text: str

    @property
    def is_settled(self) -> bool:
        """A person or a rule chose its topic: more text does not change that."""
        return self.topic_by in {DecidedBy.PERSON, DecidedBy.RULE}


def triage(ticket_ids: list[int]) -> None:
    """Classify, route and start the clocks of these tickets.

    A topic chosen by a person stays; a ticket that somebody works on, or that was
    placed before, stays in its queue unless it waited in triage for a topic.
    """
    tickets = _read(ticket_ids)
    languages = _languages(tickets)
    open_questions = [ticket for ticket in tickets if not ticket.is_settled]
    decided = _classify(open_questions, languages)
    topics = {ticket.id: ticket.topic for ticket in tickets} | {
        pk: decision.topic for pk, decision in decided.items()
    }
    routing.route(
        [
            routing.Unrouted(
                ticket.id,
                ticket.channel,
                languages[ticket.id],
                ticket.priority,
                topics[ticket.id],
                ticket.queue,
                ticket.is_agents,
            )
            for ticket in tickets
        ]
    )
    clocks.start(ticket_ids)


STAGE = batches.Stage("triage", triage)


def _read(ticket_ids: Sequence[int]) -> list[Untriaged]:
    rows = fetch(
        """SELECT k.id, k.channel_id, c.slug, k.language, k.topic_id, k.topic_by,
                  k.queue_id, k.priority, k.agent_id IS NOT NULL,
                  coalesce(said.hint, ''), coalesce(left(said.text, %s), '')
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


def _languages(tickets: Sequence[Untriaged]) -> dict[int, str]:
    """The sender's word, else what we detect, else what we thought before."""
    detected = language.detect([ticket.text for ticket in tickets])
    return {
        ticket.id: ticket.hint or found or ticket.language
        for ticket, (found, _) in zip(tickets, detected, strict=True)
    }


def _classify(
    tickets: Sequence[Untriaged], languages: Mapping[int, str]
) -> dict[int, TopicDecision]:
    decisions = decide_topics(
        [(t.text, languages[t.id], t.channel_slug) for t in tickets]
    )
    decided = {t.id: d for t, d in zip(tickets, decisions, strict=True)}
    _write(decided, languages)
    changed = [
        (t.id, decided[t.id])
        for t in tickets
        if decided[t.id].topic != t.topic or not t.language
    ]
    record_many([_line(pk, decision) for pk, decision in changed], cause="triage")
    return decided


def _write(decided: Mapping[int, TopicDecision], languages: Mapping[int, str]) -> None:
    fetch(
        """UPDATE webcare_ticket k
              SET topic_id = given.topic, topic_by = given.by,
                  topic_confidence = given.confidence, language = given.language,
                  changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::float8[],
                         %s::text[]) AS given(id, topic, by, confidence, language)
            WHERE k.id = given.id AND k.topic_by <> 'person'""",
        [
            list(decided),
            [decision.topic for decision in decided.values()],
            [decision.by for decision in decided.values()],
            [decision.confidence for decision in decided.values()],
            [languages[pk] for pk in decided],
        ],
    )


def _line(ticket: int, decision: TopicDecision) -> Line:
    facts: dict[str, Any] = {
        "topic": decision.topic,
        "by": decision.by,
        "confidence": decision.confidence,
        "why": decision.explanation,
    }
    return Line(ticket, TicketEvent.Kind.CLASSIFIED, database_now(), facts)
