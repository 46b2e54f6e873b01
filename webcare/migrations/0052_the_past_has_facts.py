"""What happened before facts were kept: read from the log, in batches, as it was."""

from typing import Any

from django.db import migrations, transaction

BATCH = 2_000  # tickets

# Nobody had opening hours then: all time was business time.
TURNS = """
    UPDATE webcare_turn t
       SET start_known_at = known.at, known_from = known.at,
           end_known_at = CASE WHEN t.outcome <> 'waiting'
                               THEN greatest(known.at, t.ended_at) END,
           business_seconds = t.calendar_seconds,
           in_hours = CASE WHEN t.outcome <> 'waiting' THEN true END,
           language = CASE WHEN t.outcome <> 'waiting' THEN k.language ELSE '' END
      FROM webcare_ticket k
     CROSS JOIN LATERAL (
           SELECT t2.id, coalesce(
                      (SELECT min(e.recorded_at) FROM webcare_ticketevent e
                        WHERE e.ticket_id = k.id
                          AND e.data->>'message' = t2.first_message_id::text),
                      m.received_at, t2.started_at) AS at
             FROM webcare_turn t2
             LEFT JOIN conversations_message m ON m.id = t2.first_message_id
            WHERE t2.ticket_id = k.id) AS known
     WHERE t.id = known.id AND k.id BETWEEN %s AND %s
       AND ((t.outcome <> 'waiting' AND t.end_known_at IS NULL)
            OR (t.outcome = 'waiting'
                AND t.known_from > known.at + interval '1 hour'))"""

# The newest value that the log has under a name, before a line.
_LAST = """(
    SELECT x.data->>'{name}' FROM webcare_ticketevent x
     WHERE x.ticket_id = e.ticket_id AND x.id < e.id AND x.data ? '{name}'
     ORDER BY x.id DESC LIMIT 1)"""
_QUEUE, _TOPIC, _AGENT, _PRIORITY = (
    _LAST.format(name=name) for name in ("queue", "topic", "agent", "priority")
)
ENDINGS = f"""
    WITH lines AS (
        SELECT e.*, lead(e.kind) OVER next AS next_kind,
               lead(e.effective_at) OVER next AS next_at,
               lead(e.recorded_at) OVER next AS next_known_at
          FROM webcare_ticketevent e
         WHERE e.ticket_id BETWEEN %s AND %s AND e.data ? 'status'
           AND e.data->>'status' <> 'closed'
           AND NOT EXISTS (SELECT FROM webcare_ending g
                            WHERE g.ticket_id = e.ticket_id)
        WINDOW next AS (PARTITION BY e.ticket_id ORDER BY e.id)
    ), endings AS (
        SELECT lines.*, coalesce(next_kind IN (
                   'undone', 'reply_taken_back', 'reply_refused', 'reply_uncertain',
                   'reply_held'), false) AS is_undone
          FROM lines WHERE data->>'status' = 'resolved'
    ), numbered AS (
        SELECT endings.*, 1 + coalesce(sum((NOT is_undone)::int) OVER (
                   PARTITION BY ticket_id ORDER BY id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS number
          FROM endings)
    INSERT INTO webcare_ending
           (ticket_id, number, opened_at, at, known_at, outcome, reason,
            calendar_seconds, business_seconds, by_id, agent_id, queue_id, topic_id,
            channel_id, priority, language, reopened_at, reopened_known_at, undone_at)
    SELECT k.id, e.number, k.opened_at, e.effective_at, e.recorded_at,
           coalesce(e.data->>'outcome', 'answered'), coalesce(e.data->>'reason', ''),
           length.seconds, length.seconds, e.actor_id, {_AGENT}::bigint,
           (SELECT id FROM webcare_queue WHERE id = {_QUEUE}::bigint),
           (SELECT id FROM webcare_topic WHERE id = {_TOPIC}::bigint),
           k.channel_id, coalesce({_PRIORITY}, k.priority), k.language,
           CASE WHEN NOT e.is_undone AND e.next_at IS NOT NULL
                THEN greatest(e.effective_at, e.next_at) END,
           CASE WHEN NOT e.is_undone THEN e.next_known_at END,
           CASE WHEN e.is_undone THEN e.next_known_at END
      FROM numbered e JOIN webcare_ticket k ON k.id = e.ticket_id
     CROSS JOIN LATERAL (
           SELECT greatest(0, floor(extract(epoch FROM e.effective_at - k.opened_at)))
                  AS seconds) AS length
     ORDER BY e.id"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Each batch is a transaction of its own; what is there already stays."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM webcare_ticket")
        [last] = cursor.fetchone()
        for begin in range(0, last, BATCH):
            with transaction.atomic():
                cursor.execute("SET LOCAL webcare.rebuilding = 'on'")
                cursor.execute(TURNS, [begin + 1, begin + BATCH])
                cursor.execute(ENDINGS, [begin + 1, begin + BATCH])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0051_known_when_the_log_says")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
