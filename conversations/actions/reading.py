"""Read what was kept: events become authors, threads and messages, in bulk.

Whatever the order, the company and the number of times a message, its edits and its
deletion are read, the rows end up the same.
"""

import json

from conversations.actions import batches
from conversations.actions.changes import apply_edits, bury
from conversations.actions.erasing import Gone, forget_events, gone_among
from conversations.actions.ingestion import READ
from conversations.actions.messages import Key, Read, insert_messages
from conversations.adapters.base import Rejected
from conversations.adapters.registry import ADAPTERS
from conversations.exceptions import Unreadable
from conversations.models.bulk import fetch

HEARD = "ticket"  # the stage that a new message waits for next


def read_events(event_ids: list[int]) -> None:
    """Turn kept events into messages; one that is no JSON at all is set aside.

    A bad item in a readable list is written down beside its event, and its
    neighbours go on.
    """
    reads = _understand(event_ids)
    _lock_channels(reads)
    deletions = [read for read in reads if read.incoming.deleted]
    if deletions:
        known = _without_erased(deletions, gone_among(_keys(deletions)))
        bury(sorted(_keys(known)))
    texts = [read for read in reads if not read.incoming.deleted]
    gone = gone_among(_keys(texts))
    said = _newest_first(_without_erased(texts, gone))
    newest = [one[0] for one in said.values()]
    apply_edits(said, insert_messages(newest, gone.buried, then=HEARD))


STAGE = batches.Stage(READ, read_events)


def _understand(event_ids: list[int]) -> list[Read]:
    events = fetch(
        """SELECT e.id, e.channel_id, c.kind, e.body, e.received_at
             FROM conversations_inboundevent e
             JOIN conversations_channel c ON c.id = e.channel_id
            WHERE e.id = ANY(%s) ORDER BY e.id""",
        [event_ids],
    )
    reads: list[Read] = []
    unreadable: dict[int, str] = {}
    problems: dict[int, list[Rejected]] = {}
    for event_id, channel_id, kind, body, received_at in events:
        try:
            items, rejected = ADAPTERS[kind].read(bytes(body), now=received_at)
        except Unreadable as error:
            unreadable[event_id] = error.code
            continue
        reads += [Read(event_id, channel_id, item.incoming) for item in items]
        if rejected:
            problems[event_id] = rejected
    _write_down(unreadable, problems)
    return reads


def _keys(reads: list[Read]) -> set[Key]:
    return {read.key for read in reads}


def _without_erased(reads: list[Read], gone: Gone) -> list[Read]:
    """Leave out what was erased here and is sent again, and forget that it was."""
    if not gone.erased:
        return reads
    forget_events({read.event_id for read in reads if read.key in gone.erased})
    return [read for read in reads if read.key not in gone.erased]


def _write_down(
    unreadable: dict[int, str], problems: dict[int, list[Rejected]]
) -> None:
    if unreadable:
        batches.set_aside(READ, unreadable)
    if problems:
        lists = [
            json.dumps([{"index": bad.index, "errors": bad.errors} for bad in found])
            for found in problems.values()
        ]
        fetch(
            """UPDATE conversations_inboundevent e SET problems = given.problems
                 FROM unnest(%s::bigint[], %s::jsonb[]) AS given(id, problems)
                WHERE e.id = given.id""",
            [list(problems), lists],
        )


def _lock_channels(reads: list[Read]) -> None:
    """Let deletions and messages of one channel not pass each other unseen.

    Deletions are rare: only they keep others of the channel waiting.
    """
    deleting = {read.channel_id for read in reads if read.incoming.deleted}
    for channels, mode in (
        (sorted(deleting), ""),
        (sorted({read.channel_id for read in reads} - deleting), "_shared"),
    ):
        if channels:
            fetch(
                f"SELECT pg_advisory_xact_lock{mode}(1, c::int)"
                "  FROM unnest(%s::bigint[]) AS c",
                [channels],
            )


def _newest_first(reads: list[Read]) -> dict[Key, list[Read]]:
    """Group by message; of each the text that counts comes first."""
    said: dict[Key, list[Read]] = {}
    for read in reads:
        said.setdefault(read.key, []).append(read)
    for texts in said.values():
        texts.sort(key=lambda read: read.written_at, reverse=True)
    return said
