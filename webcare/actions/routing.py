"""Put each ticket into a queue, and say why."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from conversations.actions import batches
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.log import Line, record_many
from webcare.domain.routing import Route, Traits, choose_queue
from webcare.models import Queue, RoutingRule, TicketEvent, Topic

ASSIGN = "assign"


class Unrouted(NamedTuple):
    """A ticket as routing sees it; `is_agents` when somebody works on it."""

    id: int
    channel: int
    language: str
    priority: str
    topic: int | None
    queue: int | None
    is_agents: bool


class Map(NamedTuple):
    """The desk's set-up, read once for a batch."""

    routes: Sequence[Route]
    queues: Mapping[int, Queue]
    topic_queues: Mapping[int, int]
    parents: Mapping[int, int | None]

    @property
    def triage(self) -> int:
        return next(pk for pk, queue in self.queues.items() if queue.is_triage)

    def path(self, topic: int | None) -> list[int]:
        """Return the topic and those above it, up to the root."""
        path: list[int] = []
        while topic is not None and topic not in path:
            path.append(topic)
            topic = self.parents.get(topic)
        return path


def route(tickets: Sequence[Unrouted]) -> None:
    """Place what waits nowhere, or in triage; tickets of agents stay put.

    Tickets placed in a queue that hands out its work go on to be offered.
    """
    layout = read_map()
    moves: dict[int, tuple[int, dict[str, Any]]] = {}
    for ticket in tickets:
        if ticket.queue not in (None, layout.triage) or ticket.is_agents:
            continue
        traits = Traits(
            layout.path(ticket.topic), ticket.channel, ticket.language, ticket.priority
        )
        queue, why = choose_queue(
            traits, layout.routes, layout.topic_queues, layout.triage
        )
        if queue != ticket.queue:
            moves[ticket.id] = queue, why
    _move(moves)
    pushed = {pk for pk, q in layout.queues.items() if q.handout == Queue.Handout.PUSH}
    batches.enqueue(ASSIGN, [pk for pk, (to, _) in moves.items() if to in pushed])


def read_map() -> Map:
    """Read routes, queues and topics: three small statements."""
    routes = [
        Route(r.pk, r.queue_id, r.topic_id, r.channel_id, r.language, r.priority)
        for r in RoutingRule.objects.all()
    ]
    topics = list(Topic.objects.values_list("pk", "queue_id", "parent_id"))
    return Map(
        routes,
        {queue.pk: queue for queue in Queue.objects.all()},
        {topic: queue for topic, queue, _ in topics if queue},
        {topic: parent for topic, _, parent in topics},
    )


def _move(moves: Mapping[int, tuple[int, dict[str, Any]]]) -> None:
    if not moves:
        return
    fetch(
        """UPDATE webcare_ticket k
              SET queue_id = given.queue, changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[], %s::bigint[]) AS given(id, queue)
            WHERE k.id = given.id""",
        [list(moves), [queue for queue, _ in moves.values()]],
    )
    now = database_now()
    record_many(
        [
            Line(pk, TicketEvent.Kind.ROUTED, now, {"queue": queue, "why": why})
            for pk, (queue, why) in moves.items()
        ],
        cause="routing",
    )
