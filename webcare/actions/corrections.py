"""What people say a ticket is about, taught to the model: who, when, which words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from conversations.models.bulk import fetch, ids
from webcare.actions import training
from webcare.domain.erasures import pattern_of
from webcare.models import TopicModel

DECIDING = [TopicModel.State.PUBLISHED, TopicModel.State.TRAINING]
_COMING = [TopicModel.State.WAITING, TopicModel.State.TRAINING]
# What a customer asks stands at the beginning.
MOST_TEXT = 2_000


def learn(ticket_ids: Sequence[int], *, topic: int | None, user: int | None) -> None:
    """Let the first message of each ticket be an example of `topic`, in its author's
    words, given by `user`; the very next answer feels it.

    The last word counts: what the same message was an example of before, it is no
    more. None makes it an example of nothing. Two statements, however many tickets.
    """
    given = {"most": MOST_TEXT, "tickets": list(ticket_ids)}
    fetch(
        f"""WITH said AS ({_SAID})
            DELETE FROM webcare_topicexample e USING said
             WHERE e.message_id = said.id""",
        given,
    )
    if topic is None:
        return
    fetch(
        f"""WITH said AS ({_SAID})
            INSERT INTO webcare_topicexample
                   (topic_id, text, digest, language, message_id, given_by_id)
            SELECT %(topic)s, text, sha256(convert_to(text, 'UTF8')), language, id,
                   %(user)s
              FROM said WHERE btrim(text) <> ''
                ON CONFLICT DO NOTHING""",
        given | {"topic": topic, "user": user},
    )


_SAID = """
    SELECT k.language, first.id, left(first.text, %(most)s) AS text
      FROM webcare_ticket k
     CROSS JOIN LATERAL (
          SELECT m.id, m.text FROM webcare_ticketmessage tm
            JOIN conversations_message m ON m.id = tm.message_id
           WHERE tm.ticket_id = k.id AND m.direction = 'in' AND m.deleted_at IS NULL
           ORDER BY m.posted_at, m.id LIMIT 1) AS first
     WHERE k.id = ANY(%(tickets)s)"""


def forget(message_ids: Sequence[int]) -> None:
    """Let what these messages taught be gone, from the examples and from the model.

    A model that decides, or is about to, though it learned from one of them, or may
    have, is replaced by one that has not.
    """
    if not message_ids:
        return
    fetch(
        "DELETE FROM webcare_topicexample WHERE message_id = ANY(%s)",
        [list(message_ids)],
    )
    learned = Q(messages__overlap=list(message_ids)) | Q(messages=None)
    if TopicModel.objects.filter(learned, state__in=DECIDING).exists():
        training.request_training(cause=TopicModel.Cause.ERASURE)


def forget_copies(message_ids: Sequence[int]) -> int:
    """Let examples go that hold just what one of these messages says or said, though
    they were not taken from it; returns how many. Belongs before the texts go."""
    return _forget_examples(_COPIES, {"messages": list(message_ids)})


def forget_naming(words: Sequence[str]) -> int:
    """Let examples go that have one of `words` in them; returns how many."""
    if not words:
        return 0
    return _forget_examples("text ~* %(pattern)s", {"pattern": pattern_of(words)})


def forget_author(author: int) -> bool:
    """Return whether no model decides that learned from what this author said; where
    one does, another is asked for."""
    said = ids(fetch(_SAID_AND_LEARNED, {"author": author, "states": DECIDING}))
    learned = Q(messages__overlap=said) | Q(messages=None)
    if not TopicModel.objects.filter(learned, state__in=DECIDING).exists():
        return True
    if not TopicModel.objects.filter(state__in=_COMING).exists():
        training.request_training(cause=TopicModel.Cause.ERASURE)
    return False


def _forget_examples(where: str, given: Mapping[str, Any]) -> int:
    """A model that had one of them cannot say any more what it was made of."""
    gone = ids(
        fetch(f"DELETE FROM webcare_topicexample e WHERE {where} RETURNING id", given)
    )
    learned = TopicModel.objects.filter(snapshot__overlap=gone)
    if gone and learned.update(messages=None):
        training.request_training(cause=TopicModel.Cause.ERASURE)
    return len(gone)


_COPIES = f"""
    (e.message_id IS NULL OR e.message_id <> ALL(%(messages)s)) AND e.digest IN (
       SELECT sha256(convert_to(left(said.text, {MOST_TEXT}), 'UTF8'))
         FROM (SELECT text FROM conversations_message WHERE id = ANY(%(messages)s)
                UNION ALL
               SELECT text FROM conversations_messageversion
                WHERE message_id = ANY(%(messages)s)) AS said
        WHERE btrim(said.text) <> '')"""
_SAID_AND_LEARNED = """
    SELECT id FROM conversations_message
     WHERE author_id = %(author)s AND id IN (
           SELECT unnest(messages) FROM webcare_topicmodel
            WHERE state = ANY(%(states)s))"""
