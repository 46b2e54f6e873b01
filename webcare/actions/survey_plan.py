"""Whom to ask what they thought: written down by the line that resolves a ticket."""

# Done along with the lines just `made` that resolve a ticket, in their statement or in
# the one that resolves it: what the ticket becomes is said by the line, all else is as
# it was. Only what was answered: of what needed none there is nothing to ask.
PLAN_SURVEYS = """
    INSERT INTO webcare_survey
           (ticket_id, event_id, ended_at, author_id, channel_id, queue_id, topic_id,
            agent_id, priority, language, due_at)
    SELECT k.id, made.id, made.effective_at, k.author_id, k.channel_id, k.queue_id,
           k.topic_id, coalesce(k.agent_id, made.actor_id), k.priority,
           CASE WHEN k.language = '' OR k.language LIKE 'nl%%' THEN 'nl' ELSE 'en' END,
           statement_timestamp() + make_interval(mins => s.delay_minutes)
      FROM made
      JOIN webcare_ticket k ON k.id = made.ticket_id
      JOIN webcare_surveysetting s ON s.queue_id = k.queue_id AND s.is_on
     WHERE made.data->>'status' = 'resolved'
       AND coalesce(made.data->>'outcome', 'answered') = 'answered'
       AND (NOT EXISTS (SELECT FROM webcare_surveysetting_channels c
                         WHERE c.surveysetting_id = s.queue_id)
            OR EXISTS (SELECT FROM webcare_surveysetting_channels c
                        WHERE c.surveysetting_id = s.queue_id
                          AND c.channel_id = k.channel_id))"""
