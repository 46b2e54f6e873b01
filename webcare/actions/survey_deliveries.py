"""What became of the text by which somebody was asked."""

from collections.abc import Sequence

from conversations.models.bulk import fetch
from webcare.domain.surveys import PATH


def note_settled(deliveries: Sequence[int]) -> None:
    """Note which of these surveys were never asked; drop the links of those that were.

    The platform refused it, or, its outcome long unknown, something else was said
    meanwhile: then it is not sent any more.

    A link is for its receiver: nobody who reads our tables can answer for them.
    """
    fetch(
        """WITH ours AS (
             SELECT s.id, d.id AS delivery, d.message_id, d.state
               FROM conversations_delivery d
               JOIN webcare_survey s ON s.delivery_id = d.id
              WHERE d.id = ANY(%(deliveries)s)
                AND d.state IN ('sent', 'refused', 'held')
           ), refused AS (
             UPDATE webcare_survey s
                SET state = 'skipped', digest = NULL, asked_at = NULL,
                    rests_until = NULL,
                    reason = CASE ours.state WHEN 'held' THEN 'too_late'
                                             ELSE 'refused' END
               FROM ours
              WHERE s.id = ours.id AND ours.state <> 'sent' AND s.state = 'asked'
           ), said AS (
             UPDATE conversations_message m
                SET text = regexp_replace(text, %(link)s, '…', 'g')
               FROM ours WHERE m.id = ours.message_id)
           UPDATE conversations_delivery d
              SET text = regexp_replace(text, %(link)s, '…', 'g'),
                  state = CASE d.state WHEN 'held' THEN 'cancelled' ELSE d.state END,
                  settled_at = coalesce(d.settled_at, statement_timestamp())
             FROM ours WHERE d.id = ours.delivery""",
        {"deliveries": list(deliveries), "link": rf"(?<={PATH})\S+"},
    )
