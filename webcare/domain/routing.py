"""Topic, channel, language and priority decide where a ticket waits."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Route(NamedTuple):
    """One rule; an empty condition holds for every ticket."""

    id: int
    queue: int
    topic: int | None = None
    channel: int | None = None
    language: str = ""
    priority: str = ""
    author_list: int | None = None


class Traits(NamedTuple):
    """What a ticket is routed by; `topics` runs from its own topic up to the root."""

    topics: Sequence[int]
    channel: int
    language: str
    priority: str
    author_lists: frozenset[int] = frozenset()


def choose_queue(
    traits: Traits,
    routes: Sequence[Route],
    topic_queues: Mapping[int, int],
    triage: int,
) -> tuple[int, dict[str, Any]]:
    """Return the queue a ticket waits in, and the facts that decided it.

    The first route whose conditions all hold wins; then the queue of the topic or
    of the nearest topic above it; what nothing places goes to triage.
    """
    for route in routes:
        if _holds(route, traits):
            return route.queue, {"by": "rule", "rule": route.id}
    for topic in traits.topics:
        if topic in topic_queues:
            return topic_queues[topic], {"by": "topic", "topic": topic}
    return triage, {"by": "triage"}


def _holds(route: Route, traits: Traits) -> bool:
    return (
        (route.topic is None or route.topic in traits.topics)
        and (route.channel is None or route.channel == traits.channel)
        and (not route.language or route.language == traits.language)
        and (not route.priority or route.priority == traits.priority)
        and (route.author_list is None or route.author_list in traits.author_lists)
    )
