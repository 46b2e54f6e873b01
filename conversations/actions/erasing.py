"""Take what was said, and who said it, out of all that was kept.

Rows stay, for figures are counts of them; what they held goes. A message that was
erased is called by a keyed hash of its old name, so that one that is sent to us again
is known, and is not taken in again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.utils.crypto import salted_hmac

from conversations.actions.messages import Key
from conversations.models import Author
from conversations.models.bulk import fetch, ids
from conversations.models.threads import ERASED

_HIDES = "conversations.erased"


def erased_name(key: Key) -> str:
    """Return what the message `key` is called once it was erased."""
    channel, name = key
    said = salted_hmac(_HIDES, f"{channel} {name}", algorithm="sha256")
    return f"{ERASED}{said.hexdigest()}"


def hold_channel(channel: int) -> None:
    """Let nothing of this channel be read until the transaction ends; waits for what
    is being read now."""
    fetch("SELECT pg_advisory_xact_lock(1, %s)", [channel])


def cut(author: Author) -> None:
    """Let what somebody writes from now on be a stranger's, in a thread of its own.

    Nothing says any more who they were. A conversation that others take part in goes
    on under its name, unless that was theirs. Belongs in a transaction that holds the
    channel.
    """
    fetch(_THREADS, {"author": author.pk, "erased": ERASED})
    fetch(
        """UPDATE conversations_author
              SET external_id = %s || public_id, handle = '', name = '',
                  erased_at = statement_timestamp()
            WHERE id = %s AND erased_at IS NULL""",
        [ERASED, author.pk],
    )


def empty(messages: Sequence[int]) -> int:
    """Take away what these messages said, with their earlier texts and their files.

    Returns how many held something. Reports read none of what goes.
    """
    taken = fetch(
        """UPDATE conversations_message
              SET text = '', url = '', deleted_at = coalesce(deleted_at, now()),
                  emptied_at = CASE WHEN deleted_at IS NULL THEN now()
                                    ELSE emptied_at END
            WHERE id = ANY(%s) AND (text <> '' OR url <> '' OR deleted_at IS NULL)
        RETURNING id""",
        [list(messages)],
    )
    for table in ("messageversion", "attachment"):
        fetch(
            f"DELETE FROM conversations_{table} WHERE message_id = ANY(%s)",
            [list(messages)],
        )
    fetch(
        """UPDATE conversations_platformact SET failure = ''
            WHERE message_id = ANY(%s) AND failure <> ''""",
        [list(messages)],
    )
    return len(taken)


def rename(messages: Sequence[int]) -> None:
    """Take away what the platform calls these messages, wherever it is named."""
    found = fetch(
        """SELECT id, channel_id, external_id FROM conversations_message
            WHERE id = ANY(%s) AND NOT starts_with(external_id, %s)
            ORDER BY id FOR UPDATE""",
        [list(messages), ERASED],
    )
    given = {
        "ids": [pk for pk, *_ in found],
        "channels": [channel for _, channel, _ in found],
        "were": [name for *_, name in found],
        "are": [erased_name((channel, name)) for _, channel, name in found],
    }
    for statement in (_ANSWERS, _RENAMED, _STONES):
        fetch(statement, given)


class Gone(NamedTuple):
    """Of some messages, when their authors deleted them, and which were erased here."""

    buried: dict[Key, datetime]
    erased: set[Key]


def gone_among(keys: Collection[Key]) -> Gone:
    """Return what of these messages is not to be taken in: one statement."""
    wanted = sorted(keys)
    if not wanted:
        return Gone({}, set())
    found = fetch(
        """SELECT given.channel_id, given.external_id, t.deleted_at, m.id IS NOT NULL
             FROM unnest(%s::bigint[], %s::text[], %s::text[])
                  AS given(channel_id, external_id, erased)
             LEFT JOIN conversations_tombstone t
                    ON t.channel_id = given.channel_id
                   AND t.external_id = given.external_id
             LEFT JOIN conversations_message m
                    ON m.channel_id = given.channel_id AND m.external_id = given.erased
            WHERE t.id IS NOT NULL OR m.id IS NOT NULL""",
        [
            [channel for channel, _ in wanted],
            [name for _, name in wanted],
            [erased_name(key) for key in wanted],
        ],
    )
    return Gone(
        {(channel, name): at for channel, name, at, _ in found if at},
        {(channel, name) for channel, name, _, is_erased in found if is_erased},
    )


def authors(pks: Sequence[int]) -> list[Author]:
    """Return these authors, in the order of their ids."""
    return list(Author.objects.filter(pk__in=pks).order_by("pk"))


def forget_events(events: Collection[int], *, is_known_again: bool = False) -> int:
    """Let nothing stay of what was sent to us as these events; returns how many.

    `is_known_again` leaves the key by which a repeat is told, where a message's name
    may stand in. One that could not be read goes with its place in the work that was
    set aside.
    """
    gone = ids(
        fetch(
            """UPDATE conversations_inboundevent
                  SET body = '', problems = NULL,
                      key = CASE WHEN %s THEN key ELSE %s || id END
                WHERE id = ANY(%s) AND body <> '' RETURNING id""",
            [is_known_again, ERASED, sorted(events)],
        )
    )
    fetch(
        """DELETE FROM conversations_work WHERE stage = 'read' AND subject_id = ANY(%s)
              AND set_aside_at IS NOT NULL""",
        [gone],
    )
    return len(gone)


# Those where nobody else writes, and those that are named after the author or one of
# their messages, also where none stands in them.
_THREADS = """
    WITH own AS (
        SELECT m.channel_id, m.thread_id, m.external_id FROM conversations_message m
         WHERE m.author_id = %(author)s
    ), named AS (
        SELECT channel_id, 'm:' || external_id AS key FROM own
         UNION ALL
        SELECT channel_id, 't:' || external_id FROM own
         UNION ALL
        SELECT channel_id, 'p:' || external_id FROM conversations_author
         WHERE id = %(author)s
    ), chosen AS (
        SELECT t.id FROM named JOIN conversations_thread t USING (channel_id, key)
         UNION
        SELECT t.id FROM conversations_thread t
         WHERE t.id IN (SELECT thread_id FROM own)
           AND (t.visibility = 'private'
                OR NOT EXISTS (SELECT FROM conversations_message other
                                WHERE other.thread_id = t.id AND other.direction = 'in'
                                  AND other.author_id <> %(author)s)))
    UPDATE conversations_thread t SET key = %(erased)s || t.id
      FROM chosen WHERE chosen.id = t.id AND NOT starts_with(t.key, %(erased)s)"""

_GIVEN = """unnest(%(ids)s::bigint[], %(channels)s::bigint[], %(were)s::text[],
                   %(are)s::text[]) AS given(id, channel_id, was, name)"""
# An answer stands in the thread of what it answers.
_ANSWERS = f"""
    UPDATE conversations_message m SET in_reply_to = given.name
      FROM {_GIVEN} JOIN conversations_message said ON said.id = given.id
     WHERE m.thread_id = said.thread_id AND m.in_reply_to = given.was"""
_RENAMED = f"""
    UPDATE conversations_message m SET external_id = given.name
      FROM {_GIVEN} WHERE m.id = given.id"""
_STONES = f"""
    DELETE FROM conversations_tombstone t USING {_GIVEN}
     WHERE t.channel_id = given.channel_id AND t.external_id = given.was"""
