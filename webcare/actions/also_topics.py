"""What tickets are about beside their first topic."""

from collections.abc import Mapping, Sequence
from typing import Any

from conversations.models.bulk import fetch
from webcare.domain.outcomes import DecidedBy
from webcare.domain.topics.decide import Also


def write(given: Mapping[int, Sequence[Also]]) -> None:
    """Let tickets be about these topics too, and no others; one statement at most."""
    if not given:
        return
    rows = [
        (pk, one.topic, one.by.value, place)
        for pk, also in sorted(given.items())
        for place, one in enumerate(also)
    ]
    tickets, topics, by, places = (
        map(list, zip(*rows, strict=True)) if rows else [[]] * 4
    )
    fetch(
        """WITH said AS (
               SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[])
                             AS said(ticket, topic, by, place)
           ), gone AS (
               DELETE FROM webcare_tickettopic t WHERE t.ticket_id = ANY(%s)
                  AND (t.ticket_id, t.topic_id)
                      NOT IN (SELECT ticket, topic FROM said)
           )
           INSERT INTO webcare_tickettopic AS t (ticket_id, topic_id, by, position)
           SELECT ticket, topic, by, place FROM said
               ON CONFLICT (ticket_id, topic_id) DO UPDATE
              SET by = excluded.by, position = excluded.position
            WHERE (t.by, t.position) <> (excluded.by, excluded.position)""",
        [tickets, topics, by, places, sorted(given)],
    )


def say(ticket: int, topics: Sequence[int]) -> None:
    """Let a person say what a ticket is about too."""
    write({ticket: [Also(topic, DecidedBy.PERSON, "") for topic in topics]})


def beside(ticket: int) -> list[list[int | str]]:
    """Return what it is about too, in order: each topic and who said so."""
    rows = fetch(
        """SELECT topic_id, by FROM webcare_tickettopic
            WHERE ticket_id = %s ORDER BY position""",
        [ticket],
    )
    return [list(row) for row in rows]


def put_back(ticket: int, was: Sequence[Sequence[Any]]) -> None:
    """Let a ticket be about what `beside` returned, as whoever had said it."""
    write({ticket: [Also(topic, DecidedBy(by), "") for topic, by in was]})


def let_go(ticket: int, topic: int | None) -> None:
    """What became the first topic stands no longer beside it."""
    fetch(
        "DELETE FROM webcare_tickettopic WHERE ticket_id = %s AND topic_id = %s",
        [ticket, topic],
    )
