"""What must hold in every desk, whatever was done to it: one query each, all empty.

Asked after healing, when no work is left. A query returns the rows that break it.
"""

from collections.abc import Collection, Mapping

from tests.faults.desk import Desk
from tests.faults.story import Story

INVARIANTS = {
    "a message is there once": """
        SELECT channel_id, external_id, count(*) FROM conversations_message
         GROUP BY 1, 2 HAVING count(*) > 1""",
    "a message comes from an event that was kept": """
        SELECT m.id FROM conversations_message m
         WHERE m.direction = 'in' AND NOT EXISTS (
               SELECT FROM conversations_inboundevent e WHERE e.id = m.event_id)""",
    "what was deleted says nothing": """
        SELECT id FROM conversations_message WHERE deleted_at IS NOT NULL
           AND (text <> '' OR EXISTS (SELECT FROM conversations_messageversion v
                                       WHERE v.message_id = conversations_message.id))
        """,
    "no work is left": """
        SELECT stage, subject_id, attempts FROM conversations_work
         WHERE set_aside_at IS NULL""",
    "no lease is left": """
        SELECT stage, subject_id FROM conversations_work
         WHERE set_aside_at IS NULL AND leased_until IS NOT NULL""",
    "no attempts beyond the last": """
        SELECT stage, subject_id FROM conversations_work
         WHERE attempts >= 5 AND set_aside_at IS NULL""",
    "every message heard was decided on": """
        SELECT m.id FROM conversations_message m
          LEFT JOIN webcare_decision d ON d.message_id = m.id
         WHERE m.direction = 'in' AND d IS NULL""",
    "what we answer has a ticket, and nothing else has": """
        SELECT m.id FROM conversations_message m
          JOIN webcare_decision d ON d.message_id = m.id
          LEFT JOIN webcare_ticketmessage tm ON tm.message_id = m.id
         WHERE (d.verdict = 'answer') <> (tm.message_id IS NOT NULL)""",
    "a ticket holds messages of its own thread and author": """
        SELECT k.id, m.id FROM webcare_ticket k
          JOIN webcare_ticketmessage tm ON tm.ticket_id = k.id
          JOIN conversations_message m ON m.id = tm.message_id
         WHERE k.thread_id <> m.thread_id
            OR (m.direction = 'in' AND k.author_id <> m.author_id)""",
    "one live ticket per thread and author": """
        SELECT thread_id, author_id, count(*) FROM webcare_ticket
         WHERE status NOT IN ('resolved', 'closed')
         GROUP BY 1, 2 HAVING count(*) > 1""",
    "a ticket has a message and an opening, once": """
        SELECT k.id, count(e.id) FROM webcare_ticket k
          LEFT JOIN webcare_ticketevent e ON e.ticket_id = k.id AND e.kind = 'opened'
         GROUP BY k.id HAVING count(e.id) <> 1
         UNION ALL
        SELECT k.id, 0 FROM webcare_ticket k WHERE NOT EXISTS (
               SELECT FROM webcare_ticketmessage tm WHERE tm.ticket_id = k.id)""",
    "each message of a ticket is in its history, once": """
        SELECT tm.message_id, count(e.id) FROM webcare_ticketmessage tm
          JOIN conversations_message m ON m.id = tm.message_id AND m.direction = 'in'
          LEFT JOIN webcare_ticketevent e ON e.ticket_id = tm.ticket_id
           AND e.kind IN ('opened', 'message_added', 'reopened')
           AND (e.data->>'message')::bigint = tm.message_id
         GROUP BY tm.message_id HAVING count(e.id) <> 1""",
    "a ticket waits in a queue, and its history says since when": """
        SELECT k.id, count(e.id) FROM webcare_ticket k
          LEFT JOIN webcare_ticketevent e ON e.ticket_id = k.id AND e.kind = 'routed'
         GROUP BY k.id HAVING k.queue_id IS NULL OR count(e.id) = 0""",
    "an agent is there because the history says so, once": """
        SELECT k.id, count(e.id) FROM webcare_ticket k
          LEFT JOIN webcare_ticketevent e ON e.ticket_id = k.id AND e.kind = 'assigned'
          JOIN webcare_queue q ON q.id = k.queue_id AND q.handout = 'push'
         GROUP BY k.id HAVING count(e.id) <> 1 OR k.agent_id IS NULL""",
    "an unanswered ticket waits since its earliest message": """
        SELECT k.id, k.waiting_since, t.started_at, first.at FROM webcare_ticket k
          JOIN LATERAL (SELECT min(m.posted_at) AS at FROM webcare_ticketmessage tm
                          JOIN conversations_message m ON m.id = tm.message_id
                         WHERE tm.ticket_id = k.id) first ON true
          LEFT JOIN webcare_turn t ON t.ticket_id = k.id AND t.outcome = 'waiting'
         WHERE NOT EXISTS (SELECT FROM webcare_reply r WHERE r.ticket_id = k.id)
           AND k.status NOT IN ('resolved', 'closed')
           AND (t.started_at IS DISTINCT FROM first.at
                OR k.waiting_since IS DISTINCT FROM first.at)""",
    "a waiting turn has one clock, which runs since it began": """
        SELECT t.id, t.started_at, c.started_at FROM webcare_turn t
          LEFT JOIN webcare_clock c ON c.turn_id = t.id AND c.stopped_at IS NULL
         WHERE t.outcome = 'waiting' AND (c IS NULL OR c.started_at <> t.started_at)""",
    "a ticket was opened by its earliest message": """
        SELECT k.id, k.opened_at, min(m.posted_at) FROM webcare_ticket k
          JOIN webcare_ticketmessage tm ON tm.ticket_id = k.id
          JOIN conversations_message m ON m.id = tm.message_id AND m.direction = 'in'
         GROUP BY k.id HAVING k.opened_at <> min(m.posted_at)""",
    "a live ticket has one promise to resolve it": """
        SELECT k.id, count(c.id) FROM webcare_ticket k
          LEFT JOIN webcare_clock c ON c.ticket_id = k.id
           AND c.promise = 'resolution' AND c.stopped_at IS NULL
         WHERE k.status NOT IN ('resolved', 'closed')
         GROUP BY k.id HAVING count(c.id) <> 1""",
    "no turn ends before it began": """
        SELECT id FROM webcare_turn
         WHERE ended_at < started_at OR calendar_seconds < 0""",
    "nothing is under way": """
        SELECT id, state FROM conversations_delivery
         WHERE state IN ('sending', 'waiting')""",
    "what was sent is a message of its ticket": """
        SELECT d.id FROM conversations_delivery d
          JOIN webcare_reply r ON r.delivery_id = d.id
          LEFT JOIN webcare_ticketmessage tm ON tm.message_id = d.message_id
           AND tm.ticket_id = r.ticket_id
         WHERE d.state = 'sent' AND tm IS NULL""",
    "the end of each reply is in the history, once": """
        SELECT r.id, d.state, count(e.id) FROM webcare_reply r
          JOIN conversations_delivery d ON d.id = r.delivery_id
          LEFT JOIN webcare_ticketevent e ON e.ticket_id = r.ticket_id
           AND e.data->>'reply' = r.public_id::text
           AND e.kind = 'reply_' || d.state
         WHERE d.state IN ('sent', 'refused')
         GROUP BY r.id, d.state HAVING count(e.id) <> 1""",
    "what was sent ended the turn it answers": """
        SELECT r.id FROM webcare_reply r
          JOIN conversations_delivery d ON d.id = r.delivery_id AND d.state = 'sent'
         WHERE NOT EXISTS (SELECT FROM webcare_turn t WHERE t.ticket_id = r.ticket_id
                              AND t.outcome = 'answered')""",
    "talk of danger rings, and each step is in the history once": """
        SELECT k.id, a.step, count(e.id) FROM webcare_ticket k
          LEFT JOIN webcare_alarm a ON a.ticket_id = k.id
          LEFT JOIN webcare_ticketevent e ON e.ticket_id = k.id
           AND e.kind = 'alarm_sent' AND e.data->>'alarm' = a.public_id::text
         WHERE k.is_danger GROUP BY k.id, a.id
        HAVING coalesce(a.step, 0) = 0 OR count(e.id) <> a.step""",
    "a letter is written for each step": """
        SELECT a.id, a.step, count(c.mail_id) FROM webcare_alarm a
          LEFT JOIN webcare_alarmcall c ON c.alarm_id = a.id AND c.by = 'mail'
         GROUP BY a.id HAVING count(c.mail_id) <> a.step""",
    "a rule does its work once for what it listens to": """
        SELECT k.id, ran.traces, ran.tags FROM webcare_ticket k CROSS JOIN LATERAL (
               SELECT (SELECT count(*) FROM webcare_ruletrace x
                        WHERE x.ticket_id = k.id AND x.result = 'ran') AS traces,
                      (SELECT count(*) FROM webcare_ticketevent e
                        WHERE e.ticket_id = k.id AND e.kind = 'tagged') AS tags) AS ran
         WHERE (ran.traces, ran.tags) <> (1, 1)""",
    "a subscription is told every event once": """
        SELECT e.id, count(d.id) FROM webcare_ticketevent e
         CROSS JOIN webcare_subscription s
          LEFT JOIN webcare_subscriptiondelivery d
            ON d.event_id = e.id AND d.subscription_id = s.id
         GROUP BY e.id, s.id HAVING count(d.id) <> 1""",
    "what a subscription is told of a ticket has no gap": """
        SELECT subscription_id, ticket_id, count(*), max(sequence)
          FROM webcare_subscriptiondelivery WHERE sequence IS NOT NULL
         GROUP BY 1, 2 HAVING min(sequence) <> 1 OR max(sequence) <> count(*)
             OR count(DISTINCT sequence) <> count(*)""",
    "a ticket is found by what is said in it, and by nothing else": """
        SELECT tm.ticket_id, tm.message_id, s.id FROM webcare_ticketmessage tm
          JOIN conversations_message m ON m.id = tm.message_id
          LEFT JOIN webcare_searchentry s ON s.kind = 'message'
           AND s.ticket_id = tm.ticket_id AND s.source_id = m.id
         WHERE (m.text <> '') <> (s.id IS NOT NULL)""",
    "nobody is told of the same thing twice": """
        SELECT user_id, event_id, kind, count(*) FROM webcare_notification
         GROUP BY 1, 2, 3 HAVING count(*) > 1""",
}


def broken(desk: Desk) -> dict[str, str]:
    """Return the invariants that do not hold, each with how many rows and a few."""
    found: dict[str, str] = {}
    with desk.connection() as connection:
        for name, query in INVARIANTS.items():
            rows = connection.execute(query).fetchall()
            if rows:
                found[name] = f"{len(rows)} rows, such as {rows[:3]}"
    return found


def differences(desk: Desk, story: Story, acknowledged: Collection[str]) -> list[str]:
    """Compare what the desk holds with what was told; an empty list when equal."""
    rows = desk.fetch(
        "SELECT external_id, text FROM conversations_message WHERE direction = 'in'"
    )
    held = dict(rows)
    return [
        *_named("acknowledged and lost", set(acknowledged) - set(held)),
        *_named("held and never told", set(held) - set(story.texts)),
        *_named("with another text", _other_texts(held, story.texts)),
    ]


def set_aside(desk: Desk) -> list[tuple[str, int]]:
    return [
        (stage, subject)
        for stage, subject in desk.fetch(
            "SELECT stage, subject_id FROM conversations_work"
            " WHERE set_aside_at IS NOT NULL ORDER BY 1, 2"
        )
    ]


def _other_texts(held: Mapping[str, str], told: Mapping[str, str]) -> set[str]:
    return {name for name, text in told.items() if held.get(name, text) != text}


def _named(what: str, names: Collection[str]) -> list[str]:
    return [f"{len(names)} {what}, such as {sorted(names)[:3]}"] if names else []
