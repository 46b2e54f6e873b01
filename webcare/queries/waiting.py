"""What waits for an agent, and in which order it is handed out and taken."""

from typing import NamedTuple

from conversations.models.bulk import fetch
from webcare.models import Ticket, User

# Of a ticket `k`. One index has all of it, for each queue.
WAITS = "k.status IN ('new', 'open') AND k.agent_id IS NULL"
IN_ORDER = "k.is_danger DESC, k.due_at, k.opened_at, k.id"
# A topic asks for the skills of the topics above it as well. Common table
# expressions: needed(topic, queue, skill, level), one of the first two empty.
NEEDED = """asked(topic, skill, level) AS (
        SELECT topic_id, skill_id, level FROM webcare_requiredskill
         WHERE topic_id IS NOT NULL
         UNION
        SELECT t.id, asked.skill, asked.level
          FROM asked JOIN webcare_topic t ON t.parent_id = asked.topic),
    needed(topic, queue, skill, level) AS (
        SELECT topic, NULL::bigint, skill, level FROM asked
         UNION ALL
        SELECT NULL, queue_id, skill_id, level FROM webcare_requiredskill
         WHERE queue_id IS NOT NULL)"""
# Of a ticket `k`, its queue `q` and a user `u`: speaks its language as well as the
# queue asks, or names none and so answers in any.
SPEAKS = """(k.language = ''
    OR NOT EXISTS (SELECT FROM webcare_userlanguage l WHERE l.user_id = u.id)
    OR EXISTS (SELECT FROM webcare_userlanguage l
                WHERE l.user_id = u.id AND l.language = k.language
                  AND l.level >= q.language_level))"""
MOST_SKIPPED = 100


class Skipped(NamedTuple):
    """What waits before a ticket, and by how much the oldest of it is older."""

    tickets: int
    seconds: int


def waiting_before(ticket: Ticket, user: User) -> Skipped:
    """Count what `user` could have taken first from the same queue: at most 100.

    What is in danger comes before what is not, then what is due earlier.
    """
    if ticket.queue_id is None or ticket.agent_id is not None:
        return Skipped(0, 0)
    earlier = "k.due_at < %(due)s" if ticket.due_at else "k.due_at IS NOT NULL"
    before = f"k.is_danger = %(danger)s AND {earlier}"
    if not ticket.is_danger:
        before = f"(k.is_danger OR ({before}))"
    [[count, oldest]] = fetch(
        f"""SELECT count(*), min(opened_at) FROM (
                   SELECT k.opened_at
                     FROM webcare_ticket k, webcare_queue q, webcare_user u
                    WHERE k.queue_id = %(queue)s AND {WAITS} AND {before}
                      AND q.id = %(queue)s AND u.id = %(user)s AND {SPEAKS}
                    LIMIT {MOST_SKIPPED}) AS found""",
        {
            "queue": ticket.queue_id,
            "danger": ticket.is_danger,
            "due": ticket.due_at,
            "user": user.pk,
        },
        prepared=True,
    )
    older = (ticket.opened_at - oldest).total_seconds() if oldest else 0
    return Skipped(count, max(0, int(older)))
