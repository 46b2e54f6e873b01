"""What people say a ticket is about, taught to the model: who, when, which words."""

from collections.abc import Sequence

from django.db.models import Q

from conversations.models.bulk import fetch
from webcare.actions import training
from webcare.models import TopicModel

_DECIDING = [TopicModel.State.PUBLISHED, TopicModel.State.TRAINING]
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
    if TopicModel.objects.filter(learned, state__in=_DECIDING).exists():
        training.request_training(cause=TopicModel.Cause.ERASURE)
