"""The statements that raw and floor use: the fewest that write or read the same rows.

Each write is one statement, and so one transaction and one commit.
"""

KEEP = """
    WITH kept AS (
        INSERT INTO conversations_inboundevent (channel_id, source, key, body)
        SELECT %s, 'api', given.key, given.body
          FROM unnest(%s::text[], %s::bytea[]) AS given(key, body)
            ON CONFLICT DO NOTHING
        RETURNING id
    ), queued AS (
        INSERT INTO conversations_work (stage, subject_id)
        SELECT 'read', id FROM kept
    )
    SELECT count(*) FROM kept"""

_TICKET = """
    SELECT k.public_id, k.id, k.status, k.priority, k.is_danger, k.excerpt, k.language,
           k.opened_at, k.waiting_since, k.due_at, k.last_message_at, k.resolved_at,
           k.changed_at, k.version, k.topic_by, k.topic_confidence, a.handle, a.name,
           c.slug, q.slug, u.public_id, u.first_name, t.slug, t.name
      FROM webcare_ticket k
      JOIN conversations_author a ON a.id = k.author_id
      JOIN conversations_channel c ON c.id = k.channel_id
      LEFT JOIN webcare_queue q ON q.id = k.queue_id
      LEFT JOIN webcare_user u ON u.id = k.agent_id
      LEFT JOIN webcare_topic t ON t.id = k.topic_id"""

TICKET_FIELDS = (
    *("id", "number", "status", "priority", "is_danger", "excerpt", "language"),
    *("opened_at", "waiting_since", "due_at", "last_message_at", "resolved_at"),
    *("changed_at", "version", "topic_by", "topic_confidence", "handle", "name"),
    *("channel", "queue", "agent", "agent_name", "topic", "topic_name"),
)

LIST = f"""{_TICKET}
     WHERE k.status IN ('new', 'open', 'pending', 'on_hold', 'snoozed')
     ORDER BY k.opened_at, k.id LIMIT 50"""

TICKET = f"{_TICKET} WHERE k.public_id = %s"

THREAD = """
    SELECT m.public_id, m.direction, m.visibility, m.text, m.url, m.posted_at,
           m.received_at, m.edited_at, m.deleted_at, a.handle, a.name
      FROM webcare_ticketmessage tm
      JOIN conversations_message m ON m.id = tm.message_id
      LEFT JOIN conversations_author a ON a.id = m.author_id
     WHERE tm.ticket_id = %s ORDER BY m.posted_at, m.id LIMIT 200"""

# The newest 1,000 matches, ranked: what a program of its own would do with the index.
SEARCH = f"""
    WITH hit AS (
        SELECT e.ticket_id, max(e.id) AS id FROM webcare_searchentry e
         WHERE e.tsv @@ %s::tsquery GROUP BY e.ticket_id ORDER BY 2 DESC LIMIT 1000),
    best AS (
        SELECT hit.ticket_id, ts_rank_cd(e.tsv, %s::tsquery) AS rank
          FROM hit JOIN webcare_searchentry e ON e.id = hit.id
         ORDER BY rank DESC LIMIT 25)
    {_TICKET} JOIN best ON best.ticket_id = k.id ORDER BY best.rank DESC"""

MESSAGE_FIELDS = (
    *("id", "direction", "visibility", "text", "url", "posted_at", "received_at"),
    *("edited_at", "deleted_at", "handle", "name"),
)

_REPLY = """
    WITH ticket AS (
        SELECT k.*, t.visibility FROM webcare_ticket k
          JOIN conversations_thread t ON t.id = k.thread_id
         WHERE k.public_id = %(ticket)s AND k.status IN ('new', 'open', 'pending')
           FOR NO KEY UPDATE OF k
    ), delivery AS (
        INSERT INTO conversations_delivery
               (public_id, channel_id, thread_id, in_reply_to_id, visibility, text,
                state, attempts, failure, due_at)
        SELECT gen_random_uuid(), channel_id, thread_id, last_inbound_id, visibility,
               %(text)s, 'waiting', 0, '', now() + interval '10 s' FROM ticket
        RETURNING id
    ), reply AS (
        INSERT INTO webcare_reply
               (public_id, ticket_id, author_id, client_key, text, written_against_id,
                delivery_id, "then", status_before)
        SELECT gen_random_uuid(), ticket.id, %(user)s, %(key)s, %(text)s,
               last_inbound_id, delivery.id, %(then)s, 'open' FROM ticket, delivery
        RETURNING public_id
    ), line AS (
        INSERT INTO webcare_ticketevent
               (ticket_id, kind, effective_at, actor_id, cause, data)
        SELECT ticket.id, 'reply_written', now(), %(user)s, 'person',
               jsonb_build_object('reply', reply.public_id, 'then',
                                  %(then)s::text)
          FROM ticket, reply
    )"""

REPLY = f"""{_REPLY}
    UPDATE webcare_ticket k SET status = 'pending', changed_at = now(),
           version = k.version + 1, agent_id = coalesce(k.agent_id, %(user)s)
      FROM ticket, reply WHERE k.id = ticket.id RETURNING reply.public_id"""

RESOLVE = f"""{_REPLY}, resolved AS (
        INSERT INTO webcare_ticketevent
               (ticket_id, kind, effective_at, actor_id, cause, data)
        SELECT id, 'resolved', now(), %(user)s, 'person',
               '{{"outcome": "answered"}}'::jsonb FROM ticket
    ), stopped AS (
        UPDATE webcare_clock c SET stopped_at = now() FROM ticket
         WHERE c.ticket_id = ticket.id AND c.promise = 'resolution'
    )
    UPDATE webcare_ticket k SET status = 'resolved', changed_at = now(),
           version = k.version + 1, agent_id = coalesce(k.agent_id, %(user)s),
           resolved_at = now(), resolution = 'answered',
           resolution_seconds = extract(epoch FROM now() - k.opened_at)
      FROM ticket, reply WHERE k.id = ticket.id RETURNING reply.public_id"""

WHOSE_TOKEN = """
    SELECT user_id FROM webcare_apitoken
     WHERE digest = %s AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > now())"""
