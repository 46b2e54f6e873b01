"""Which queue each ticket of a batch belongs in, and why."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from conversations.models.bulk import fetch
from webcare.domain.routing import Route, Traits, choose_queue
from webcare.models import Queue

Move = tuple[int, dict[str, Any]]  # a queue, and the facts that chose it


class Unrouted(NamedTuple):
    """A ticket as routing sees it; `is_agents` when somebody works on it."""

    id: int
    channel: int
    language: str
    priority: str
    topic: int | None
    queue: int | None
    is_agents: bool
    author_lists: frozenset[int] = frozenset()


class Map(NamedTuple):
    """The desk's set-up, read once for a batch."""

    routes: Sequence[Route]
    triage: int
    pushing: frozenset[int]  # the queues that hand out their work
    topic_queues: Mapping[int, int]
    parents: Mapping[int, int]

    def path(self, topic: int | None) -> list[int]:
        """Return the topic and those above it, up to the root."""
        path: list[int] = []
        while topic is not None and topic not in path:
            path.append(topic)
            topic = self.parents.get(topic)
        return path


def read_map() -> Map:
    """Read routes, queues and topics, in one statement."""
    rows = fetch(
        """SELECT 'route', id, queue_id, topic_id, channel_id, language, priority,
                  author_list_id
             FROM (SELECT * FROM webcare_routingrule ORDER BY position) AS routes
            UNION ALL
           SELECT 'topic', id, queue_id, coalesce(merged_into_id, parent_id), NULL, '',
                  '', NULL
             FROM webcare_topic
            UNION ALL
           SELECT CASE WHEN is_triage THEN 'triage' ELSE 'queue' END, id, NULL, NULL,
                  NULL, handout, '', NULL FROM webcare_queue""",
        [],
    )
    topics = [row for row in rows if row[0] == "topic"]
    return Map(
        routes=[Route(*row[1:]) for row in rows if row[0] == "route"],
        triage=next((row[1] for row in rows if row[0] == "triage"), None)
        or _make_triage(),
        pushing=frozenset(row[1] for row in rows if row[5] == Queue.Handout.PUSH),
        topic_queues={row[1]: row[2] for row in topics if row[2]},
        parents={row[1]: row[3] for row in topics if row[3]},
    )


def _make_triage() -> int:
    """There is always a place for what nothing else can place."""
    queue, _ = Queue.objects.get_or_create(
        is_triage=True, defaults={"slug": "triage", "name": "Triage"}
    )
    return queue.pk


def place(ticket: Unrouted, layout: Map) -> Move:
    """Return where a ticket belongs, wherever it waits now."""
    traits = Traits(
        layout.path(ticket.topic),
        ticket.channel,
        ticket.language,
        ticket.priority,
        ticket.author_lists,
    )
    return choose_queue(traits, layout.routes, layout.topic_queues, layout.triage)


def choose(tickets: Sequence[Unrouted], layout: Map) -> dict[int, Move]:
    """Return the tickets that have to move, and where to.

    Placed is what waits nowhere yet, or in triage for a topic; what an agent works
    on, and what was placed before, stays.
    """
    moves: dict[int, Move] = {}
    for ticket in tickets:
        if ticket.queue not in (None, layout.triage) or ticket.is_agents:
            continue
        queue, why = place(ticket, layout)
        if queue != ticket.queue:
            moves[ticket.id] = queue, why
    return moves
