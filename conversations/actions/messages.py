"""Find or make the authors, threads and messages of a batch: one statement each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from conversations.actions import batches
from conversations.adapters.base import Incoming, Visibility
from conversations.models import Attachment, Author, Direction, Message, Thread
from conversations.models.bulk import fetch, insert

Key = tuple[int, str]  # a channel, and an id that is unique within it


class Read(NamedTuple):
    """One message as read from one event."""

    event_id: int
    channel_id: int
    incoming: Incoming

    @property
    def key(self) -> Key:
        return self.channel_id, self.incoming.external_id

    @property
    def written_at(self) -> datetime:
        """When this text was written: only a deletion has no such time."""
        at = self.incoming.edited_at or self.incoming.posted_at
        assert at is not None
        return at


def insert_messages(
    reads: list[Read], gone: Mapping[Key, datetime], *, then: str
) -> dict[Key, int]:
    """Insert what is not there yet; returns the ids of the new messages alone.

    They wait for the stage `then`. A message whose deletion came first, which `gone`
    says with its time, is kept as a stub without content.
    """
    reads = sorted(reads, key=lambda read: read.key)
    authors = _upsert_authors(reads)
    threads = _upsert_threads(reads)
    made = insert(
        Message,
        [
            _content(read, gone.get(read.key))
            | {
                "thread": threads[read.key],
                "author": authors.get((read.channel_id, _author_id(read))),
            }
            for read in reads
        ],
        conflict="ON CONFLICT (channel_id, external_id) DO NOTHING",
        returning="id, channel_id, external_id",
        feeding=[batches.feed(then, "made")],
    )
    new = {(channel, external): pk for pk, channel, external in made}
    _insert_attachments([read for read in reads if read.key not in gone], new)
    return new


def _content(read: Read, deleted_at: datetime | None) -> dict[str, Any]:
    given = read.incoming
    return {
        "channel": read.channel_id,
        "external_id": given.external_id,
        "event": read.event_id,
        "direction": (Direction.OUT if given.outbound else Direction.IN).value,
        "visibility": given.visibility.value,
        "text": "" if deleted_at else given.text,
        "url": given.url,
        "in_reply_to": given.in_reply_to or "",
        "language": given.language,
        "addressed": given.addressed,
        "history": given.history,
        "posted_at": given.posted_at,
        "edited_at": given.edited_at,
        "deleted_at": deleted_at,
    }


def _author_id(read: Read) -> str:
    return read.incoming.author_external_id


def _upsert_authors(reads: list[Read]) -> dict[Key, int]:
    """Keep the newest name of each author; people rename themselves."""
    named = {
        (read.channel_id, _author_id(read)): read.incoming
        for read in reads
        if _author_id(read)
    }
    rows = [
        {
            "channel": channel,
            "external_id": external,
            "handle": given.author_handle,
            "name": given.author_name,
        }
        for (channel, external), given in sorted(named.items())
    ]
    found = insert(
        Author,
        rows,
        conflict="""ON CONFLICT (channel_id, external_id) DO UPDATE
                    SET handle = EXCLUDED.handle, name = EXCLUDED.name""",
        returning="id, channel_id, external_id",
    )
    return {(channel, external): pk for pk, channel, external in found}


def _upsert_threads(reads: list[Read]) -> dict[Key, int]:
    """Return the thread of each message, by the message's key."""
    names = _thread_names(reads)
    wanted: dict[Key, str] = {
        (read.channel_id, names[read.key]): read.incoming.visibility.value
        for read in reads
    }
    rows = [
        {"channel": channel, "key": name, "visibility": visibility}
        for (channel, name), visibility in sorted(wanted.items())
    ]
    found = insert(
        Thread,
        rows,
        # Without an update a row that was there would not come back. Not of the key:
        # that lock would meet those of the foreign keys of a ticket being made.
        conflict="""ON CONFLICT (channel_id, key) DO UPDATE
                    SET visibility = conversations_thread.visibility""",
        returning="id, channel_id, key",
    )
    ids = {(channel, name): pk for pk, channel, name in found}
    return {read.key: ids[read.channel_id, names[read.key]] for read in reads}


def _thread_names(reads: list[Read]) -> dict[Key, str]:
    """Name the thread of each message, following replies to where they began."""
    batch = {read.key: read.incoming for read in reads}
    known = _threads_of_parents(reads)
    return {read.key: _thread_name(read.key, batch, known) for read in reads}


def _thread_name(key: Key, batch: dict[Key, Incoming], known: dict[Key, str]) -> str:
    channel, external = key
    seen: set[str] = set()
    while given := batch.get((channel, external)):
        if given.thread:
            return f"t:{given.thread}"
        parent = given.in_reply_to
        if parent and (channel, parent) in known:
            return known[channel, parent]
        if given.visibility == Visibility.PRIVATE:
            return f"p:{given.author_external_id}"
        if not parent or external in seen:
            break
        seen.add(external)
        external = parent
    return f"m:{external}"


def _threads_of_parents(reads: list[Read]) -> dict[Key, str]:
    parents = sorted(
        {
            (read.channel_id, read.incoming.in_reply_to)
            for read in reads
            if read.incoming.in_reply_to and not read.incoming.thread
        }
    )
    if not parents:
        return {}
    found = fetch(
        """SELECT m.channel_id, m.external_id, t.key
             FROM unnest(%s::bigint[], %s::text[]) AS given(channel_id, external_id)
             JOIN conversations_message m USING (channel_id, external_id)
             JOIN conversations_thread t ON t.id = m.thread_id""",
        [[channel for channel, _ in parents], [parent for _, parent in parents]],
    )
    return {(channel, external): key for channel, external, key in found}


def _insert_attachments(reads: list[Read], new: dict[Key, int]) -> None:
    rows = [
        {
            "message": new[read.key],
            "position": position,
            "url": link.url,
            "name": link.name,
            "type": link.type,
        }
        for read in reads
        if read.key in new
        for position, link in enumerate(read.incoming.attachments)
    ]
    insert(Attachment, rows)
