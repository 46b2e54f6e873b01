"""Edits and deletions: what their author does to a message after posting it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from conversations.actions import batches
from conversations.actions.messages import Key, Read
from conversations.models import MessageVersion, Tombstone
from conversations.models.bulk import fetch, insert

CHANGED = "changed"  # the stage in which the desk hears of an edit or deletion


def bury(keys: Sequence[Key]) -> None:
    """Remove the content of these messages, now and for whenever they come.

    What stays is a stub for the counts. The tombstone also stops a message that
    arrives after its own deletion.
    """
    if not keys:
        return
    rows = [{"channel": channel, "external_id": name} for channel, name in keys]
    insert(Tombstone, rows, conflict="ON CONFLICT DO NOTHING")
    emptied = fetch(
        """UPDATE conversations_message m
              SET text = '', url = '', deleted_at = now()
             FROM unnest(%s::bigint[], %s::text[]) AS given(channel_id, external_id)
            WHERE m.channel_id = given.channel_id
              AND m.external_id = given.external_id AND m.deleted_at IS NULL
        RETURNING m.id""",
        [[channel for channel, _ in keys], [name for _, name in keys]],
    )
    ids = [pk for [pk] in emptied]
    for table in ("messageversion", "attachment"):
        fetch(f"DELETE FROM conversations_{table} WHERE message_id = ANY(%s)", [ids])
    batches.enqueue(CHANGED, ids)


def apply_edits(said: Mapping[Key, Sequence[Read]], new: Mapping[Key, int]) -> None:
    """Let the newest text of each message count, and keep the earlier ones.

    `said` holds every text read, newest first; `new` the messages just inserted,
    with their newest text already in place. A platform that tells us of what we sent
    ourselves edits nothing, whatever time it gives.
    """
    edited = {
        key: texts for key, texts in said.items() if len(texts) > 1 or (key not in new)
    }
    if not edited:
        return
    known = _known(sorted(edited))
    versions: list[dict[str, Any]] = []
    newer: dict[int, Read] = {}
    for key, every in edited.items():
        if key not in known:
            continue
        pk, text, written_at, is_ours = known[key]
        texts = [one for one in every if one.incoming.edited_at or not is_ours]
        if not texts:
            continue
        if texts[0].written_at > written_at:
            newer[pk] = texts[0]
            versions.append(_version(pk, text, written_at))
        versions += [
            _version(pk, read.incoming.text, read.written_at)
            for read in texts
            if read.written_at != max(written_at, texts[0].written_at)
        ]
    _rewrite(newer)
    insert(MessageVersion, _once(versions), conflict="ON CONFLICT DO NOTHING")
    batches.enqueue(CHANGED, list(newer))


def _version(pk: int, text: str, written_at: datetime) -> dict[str, Any]:
    return {"message": pk, "text": text, "written_at": written_at}


def _once(versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({(v["message"], v["written_at"]): v for v in versions}.values())


class _There(NamedTuple):
    """A message that is in place."""

    id: int
    text: str
    written_at: datetime
    is_ours: bool  # the desk sent it


def _known(keys: Sequence[Key]) -> dict[Key, _There]:
    """Lock and return what is in place now, but for what its author deleted."""
    found = fetch(
        """SELECT m.channel_id, m.external_id, m.id, m.text,
                  coalesce(m.edited_at, m.posted_at),
                  EXISTS (SELECT FROM conversations_delivery d
                           WHERE d.message_id = m.id)
             FROM conversations_message m
             JOIN unnest(%s::bigint[], %s::text[]) AS given(channel_id, external_id)
            USING (channel_id, external_id)
            WHERE m.deleted_at IS NULL
            ORDER BY m.id FOR UPDATE OF m""",
        [[channel for channel, _ in keys], [name for _, name in keys]],
    )
    return {(channel, name): _There(*rest) for channel, name, *rest in found}


def _rewrite(newer: Mapping[int, Read]) -> None:
    if newer:
        fetch(
            """UPDATE conversations_message m
                  SET text = given.text, edited_at = given.edited_at
                 FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[])
                      AS given(id, text, edited_at)
                WHERE m.id = given.id""",
            [
                list(newer),
                [read.incoming.text for read in newer.values()],
                [read.written_at for read in newer.values()],
            ],
        )
