"""Last words join the ticket they end, and start nothing: no turn, no clock."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from conversations.models.bulk import fetch, ids
from webcare.actions.engagement import Engaged, Message, dangers_in
from webcare.actions.log import Line
from webcare.domain.closing_remarks import EDITION, Remark, read_remark
from webcare.models import TicketEvent

REASON = "closing_remark"
EDITED = "edited"  # into something that we answer


# Where an author's turns are measured, and the ticket split off that they are in.
Home = tuple[int, int | None]


class Place(NamedTuple):
    """The ticket that a message joins."""

    ticket: int
    home: Home


class LastWord(NamedTuple):
    """A message that ends a ticket for its author, and why we think so."""

    at: Place
    message: Message
    remark: Remark


def find(said: Sequence[tuple[Place, Sequence[Engaged]]]) -> list[LastWord]:
    """Return the last words among what was said to these tickets, of which none waits.

    Only what comes before anything else counts: after a question, thanks are part
    of it. What a person decided, and talk of danger, is never a last word.
    """
    attached = _with_attachment([one.message.id for _, ones in said for one in ones])
    return [word for place, ones in said for word in _first(place, ones, attached)]


def more_than_words(messages: Sequence[Message]) -> list[Engaged]:
    """Return those that, as they read now, are no last words, and why we answer."""
    attached = _with_attachment([one.id for one in messages])
    dangers = [spoken.is_danger for spoken in dangers_in(messages)]
    return [
        Engaged(one, "danger" if danger else EDITED)
        for one, danger in zip(messages, dangers, strict=True)
        if danger
        or not read_remark(one.text, has_attachment=one.id in attached).is_closing
    ]


def keep(words: Sequence[LastWord]) -> None:
    """Decide that nobody has to answer these; they show on their tickets all the same.

    A person's decision stays.
    """
    if not words:
        return
    fetch(
        """UPDATE webcare_decision d
              SET verdict = 'ignore', reason = %s, score = given.score, classifier = %s
             FROM unnest(%s::bigint[], %s::float8[]) AS given(message, score)
            WHERE d.message_id = given.message AND d.decided_by_id IS NULL""",
        [
            REASON,
            EDITION,
            [word.message.id for word in words],
            [word.remark.score for word in words],
        ],
    )


def lines(words: Sequence[LastWord]) -> Iterator[Line]:
    """What the log says of them."""
    for word in words:
        facts: dict[str, Any] = {
            "message": word.message.id,
            "reason": REASON,
            "why": word.remark.why,
            "score": word.remark.score,
            "edition": EDITION,
        }
        kind = TicketEvent.Kind.MESSAGE_ADDED
        yield Line(word.at.ticket, kind, word.message.posted_at, facts)


def _first(
    place: Place, said: Sequence[Engaged], attached: set[int]
) -> Iterator[LastWord]:
    read = (
        LastWord(
            place,
            one.message,
            read_remark(one.message.text, has_attachment=one.message.id in attached),
        )
        for one in takewhile(lambda one: one.reason == "addressed", said)
    )
    return takewhile(lambda word: word.remark.is_closing, read)


def _with_attachment(messages: list[int]) -> set[int]:
    if not messages:
        return set()
    return set(
        ids(
            fetch(
                """SELECT DISTINCT message_id FROM conversations_attachment
                    WHERE message_id = ANY(%s)""",
                [messages],
            )
        )
    )
