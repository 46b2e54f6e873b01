"""The steps in which a person is erased: each takes a batch, and tells where it is."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from conversations.actions import erasing
from conversations.actions.erased_events import forget_events_of
from conversations.models.bulk import fetch, ids
from conversations.queries.clock import database_now
from webcare.actions import corrections
from webcare.actions.erased_tickets import erase_tickets
from webcare.actions.erased_words import PLACES, Place, mask, mask_beside
from webcare.actions.log import Line, record_many
from webcare.domain.erasures import Named, names, words_of
from webcare.domain.imports import ImportState, opened
from webcare.models import Erasure, Import, ImportProblem, TicketEvent

MESSAGES = 500
TICKETS = 100
PROBLEMS = 1_000
CAUSE = "erasure"


class Batch(NamedTuple):
    """What a batch erased, and the last row it did; None where the step is at its end.

    `is_put_off` says that it has to be looked at again in a while.
    """

    counts: dict[str, int]
    position: int | None
    is_put_off: bool = False


def named(erasure: Erasure) -> Named:
    return Named(*json.loads(erasure.named))


def messages(erasure: Erasure) -> Batch:
    """All that they said, what was learned from it, and where others name them.

    The channel is held, so that nothing is sent again between an old name and a new.
    Tickets of others on which they spoke are told; their own are when those are erased.
    """
    erasing.hold_channel(erasure.author.channel_id)
    found = ids(
        fetch(
            """SELECT id FROM conversations_message WHERE author_id = %s AND id > %s
                ORDER BY id LIMIT %s""",
            [erasure.author_id, erasure.position, MESSAGES],
        )
    )
    masked = mask_beside(erasure.author_id, words_of(named(erasure)), found)
    copies = corrections.forget_copies(found)
    fetch(_EXCERPTS, [found])
    corrections.forget(found)
    emptied = erasing.empty(found)
    erasing.rename(found)
    _tell(erasure, ids(fetch(_BESIDE, [found, erasure.author_id])))
    counts = {"messages": emptied, "masked": masked, "examples": copies}
    return Batch(counts, _last(found, MESSAGES))


def tickets(erasure: Erasure) -> Batch:
    """What we wrote to them and noted about them."""
    erasing.hold_channel(erasure.author.channel_id)
    found = ids(
        fetch(
            """SELECT id FROM webcare_ticket WHERE author_id = %s AND id > %s
                ORDER BY id LIMIT %s""",
            [erasure.author_id, erasure.position, TICKETS],
        )
    )
    counts = erase_tickets(found, rename=True)
    _tell(erasure, found)
    return Batch(counts, _last(found, TICKETS))


def events(erasure: Erasure) -> Batch:
    """What the platform sent us, byte for byte."""
    who = named(erasure)
    gone, last = forget_events_of(
        erasure.author.channel_id,
        who.external_id,
        lambda text: names(text, [who.external_id, *words_of(who)]),
        erasure.position,
    )
    return Batch({"events": gone}, last)


def imports(erasure: Erasure) -> Batch:
    """Rows that could not be read, and files nobody has begun to read."""
    who = named(erasure)
    problems = ImportProblem.objects.filter(pk__gt=erasure.position).order_by("pk")
    looked = list(problems[:PROBLEMS])
    theirs = [one.pk for one in looked if _has_them(one.cells, who)]
    ImportProblem.objects.filter(pk__in=theirs).delete()
    counts = {"rows": len(theirs)}
    last = _last([one.pk for one in looked], PROBLEMS)
    if last is None:
        counts["files"] = _forget_files(who)
    return Batch(counts, last)


def words(place: Place, erasure: Erasure) -> Batch:
    """Their names in what the desk wrote elsewhere."""
    found, last = mask(place, words_of(named(erasure)), erasure.position)
    return Batch({"masked": found}, last)


def repeats(erasure: Erasure) -> Batch:
    """Answers that are kept for a client who asks for the same again."""
    gone = fetch(_REPEATS, {"author": erasure.author_id})
    return Batch({"repeats": len(gone)}, None)


def examples(erasure: Erasure) -> Batch:
    """Examples that name them, whoever wrote those."""
    gone = corrections.forget_naming(words_of(named(erasure)))
    return Batch({"examples": gone}, None)


def models(erasure: Erasure) -> Batch:
    """What decides has learned from nothing that they said."""
    has_forgotten = corrections.forget_author(erasure.author_id)
    return Batch({}, None, is_put_off=not has_forgotten)


STEPS: tuple[Callable[[Erasure], Batch], ...] = (
    messages,
    tickets,
    events,
    imports,
    *(partial(words, place) for place in PLACES),
    repeats,
    examples,
    models,
)


def _tell(erasure: Erasure, tickets: Sequence[int]) -> None:
    """Write on each ticket that texts of it were erased: whoever keeps some elsewhere
    hears of it, and reads the ticket again."""
    at = database_now()
    lines = [
        Line(ticket, TicketEvent.Kind.ERASED, at, {}, erasure.asked_by_id)
        for ticket in tickets
    ]
    if lines:
        record_many(lines, cause=CAUSE)


def _last(found: Sequence[int], size: int) -> int | None:
    return found[-1] if len(found) == size else None


def _has_them(cells: Sequence[str], who: Named) -> bool:
    """Whether a row names them; a cell of its own may hold as little as a handle."""
    parts = {part.casefold().lstrip("@") for part in who if part}
    alone = any(str(one).strip().casefold().lstrip("@") in parts for one in cells)
    return alone or names("\n".join(map(str, cells)), words_of(who))


def _forget_files(who: Named) -> int:
    """A file that nobody has begun to read can be brought again without them."""
    gone = 0
    said = [*words_of(who), *(part for part in who[:2] if len(part) > 2)]
    for job in Import.objects.filter(state=ImportState.WAITING):
        if names(opened(bytes(job.file.body), job.encoding).text, said):
            job.delete()
            gone += 1
    return gone


_BESIDE = """
    SELECT DISTINCT k.id FROM webcare_ticketmessage tm
      JOIN webcare_ticket k ON k.id = tm.ticket_id
     WHERE tm.message_id = ANY(%s) AND k.author_id <> %s ORDER BY k.id"""

# The first line in the list, where what they last wrote stands.
_EXCERPTS = """
    UPDATE webcare_ticket SET excerpt = '', changed_at = now(), version = version + 1
     WHERE last_inbound_id = ANY(%s) AND excerpt <> ''
       AND id IN (SELECT ticket_id FROM webcare_ticketmessage
                   WHERE message_id = last_inbound_id)"""

_REPEATS = """
    WITH theirs AS (
        SELECT id, public_id FROM webcare_ticket WHERE author_id = %(author)s
    ), named AS (
        SELECT public_id::text FROM theirs UNION ALL
        SELECT r.public_id::text FROM theirs JOIN webcare_reply r
               ON r.ticket_id = theirs.id UNION ALL
        SELECT n.public_id::text FROM theirs JOIN webcare_note n
               ON n.ticket_id = theirs.id UNION ALL
        SELECT p.public_id::text FROM theirs JOIN webcare_approval p
               ON p.ticket_id = theirs.id UNION ALL
        SELECT c.public_id::text FROM theirs JOIN webcare_consultation c
               ON c.ticket_id = theirs.id UNION ALL
        SELECT f.public_id::text FROM theirs JOIN webcare_externalreference f
               ON f.ticket_id = theirs.id)
    DELETE FROM webcare_idempotentrequest q WHERE EXISTS (
        SELECT FROM regexp_matches(q.body::text, '[0-9a-f]{8}(?:-[0-9a-f]{4,12}){4}',
                                   'g') AS found
         WHERE found[1] IN (SELECT public_id FROM named))
    RETURNING q.id"""
