"""Tickets follow where their topic went when it was merged, and back when undone."""

from collections.abc import Sequence
from typing import NamedTuple

from conversations.actions import batches
from conversations.models.bulk import fetch, ids
from conversations.queries.clock import database_now
from webcare.actions.log import Line, record_many
from webcare.models import TicketEvent

BY_MERGE = "merge"


class Following(NamedTuple):
    """A ticket, its topic, what that becomes, and by which merge unless undone."""

    id: int
    was: int
    topic: int
    merge: str | None


# Of one topic merged into the next; more than anybody merges in a row.
MOST_STEPS = 20


def follow(ticket_ids: list[int]) -> None:
    """Give each of these tickets the topic that took over its own, unless it is closed.

    Where the merge that gave it its topic was undone, it gets its own back. Who chose
    the topic, and how surely, stays as it is.
    """
    for _step in range(MOST_STEPS):
        moves = [Following(*row) for row in fetch(_READ, [list(ticket_ids)])]
        if not moves:
            return
        _write(moves)


STAGE = batches.Stage("topics", follow)


def to_follow(topic: int) -> list[int]:
    """Return the tickets about `topic` that are not closed."""
    return ids(
        fetch(
            """SELECT id FROM webcare_ticket
                WHERE topic_id = %s AND status <> 'closed'""",
            [topic],
        )
    )


def find_left() -> None:
    """Let those follow that got a topic while it was being merged."""
    left = fetch(
        """SELECT k.id FROM webcare_topicmerge m
             JOIN webcare_ticket k ON k.topic_id = m.topic_id AND k.status <> 'closed'
            WHERE m.undone_at IS NULL AND m.merged_at > now() - interval '10 minutes'
            LIMIT 1000""",
        [],
    )
    batches.enqueue(STAGE.name, ids(left))


# What came of merges since somebody, or something else, said what a ticket is about.
_READ = """
    SELECT k.id, k.topic_id, coalesce(back.topic_id, on_to.into_id),
           CASE WHEN back.topic_id IS NULL THEN on_to.public_id::text END
      FROM webcare_ticket k
      LEFT JOIN webcare_topicmerge on_to
        ON on_to.topic_id = k.topic_id AND on_to.undone_at IS NULL
      LEFT JOIN LATERAL (
           SELECT CASE WHEN m.undone_at IS NOT NULL THEN m.topic_id END AS topic_id
             FROM webcare_ticketevent e
             JOIN webcare_topicmerge m ON m.public_id = (e.data->>'merge')::uuid
            WHERE e.ticket_id = k.id AND e.kind = 'classified'
              AND m.into_id = k.topic_id
              AND e.id > coalesce((
                  SELECT max(said.id) FROM webcare_ticketevent said
                   WHERE said.ticket_id = k.id AND said.kind = 'classified'
                     AND said.data->>'by' IS DISTINCT FROM 'merge'), 0)
            ORDER BY e.id DESC LIMIT 1) AS back ON true
     WHERE k.id = ANY(%s) AND k.status <> 'closed'
       AND coalesce(back.topic_id, on_to.into_id) IS NOT NULL
     ORDER BY k.id FOR NO KEY UPDATE OF k"""


def _write(moves: Sequence[Following]) -> None:
    fetch(
        """UPDATE webcare_ticket k SET topic_id = given.topic, changed_at = now(),
                  version = version + 1
             FROM unnest(%s::bigint[], %s::bigint[]) AS given(id, topic)
            WHERE k.id = given.id""",
        [[one.id for one in moves], [one.topic for one in moves]],
    )
    now = database_now()
    lines = [
        Line(
            one.id,
            TicketEvent.Kind.CLASSIFIED,
            now,
            {"topic": one.topic, "by": BY_MERGE, "was": one.was}
            | ({"merge": one.merge} if one.merge else {}),
        )
        for one in moves
    ]
    record_many(lines, cause="topics")
