"""Take what was said, and who said it, out of all that was kept.

Rows stay, for figures are counts of them; what they held goes. A message that was
erased is called by a keyed hash of its old name, so that one that is sent to us again
is known, and is not taken in again.
"""

from collections.abc import Collection, Sequence

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
              SET text = '', url = '', deleted_at = coalesce(deleted_at, now())
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


def erased_among(keys: Collection[Key]) -> set[Key]:
    """Return which of these messages were erased here: one statement."""
    if not keys:
        return set()
    names = {erased_name(key): key for key in keys}
    found = fetch(
        """SELECT m.external_id
             FROM unnest(%s::bigint[], %s::text[]) AS given(channel_id, external_id)
             JOIN conversations_message m USING (channel_id, external_id)""",
        [[channel for channel, _ in names.values()], list(names)],
    )
    return {names[name] for [name] in found}


def forget_events(events: Collection[int]) -> int:
    """Let nothing stay of what was sent to us as these events; returns how many.

    One that could not be read goes with its place in the work that was set aside.
    """
    gone = ids(
        fetch(
            """UPDATE conversations_inboundevent
                  SET body = '', problems = NULL, key = %s || id
                WHERE id = ANY(%s) AND body <> '' RETURNING id""",
            [ERASED, sorted(events)],
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
