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
        UPDATE webcare_clock c SET stopped_at = now(), paused_at = NULL FROM ticket
         WHERE c.ticket_id = ticket.id AND c.promise = 'resolution'
    )
    UPDATE webcare_ticket k SET status = 'resolved', changed_at = now(),
           version = k.version + 1, agent_id = coalesce(k.agent_id, %(user)s),
           resolved_at = now(), resolution = 'answered',
           resolution_seconds = extract(epoch FROM now() - k.opened_at)
      FROM ticket, reply WHERE k.id = ticket.id RETURNING reply.public_id"""

_WAITS = "k.status IN ('new', 'open') AND k.agent_id IS NULL"
_IN_ORDER = "k.is_danger DESC, k.due_at, k.opened_at, k.id"

# What taking a ticket leaves: its agent, since when they are not idle, and a line.
_TAKEN = """, taken AS (
        UPDATE webcare_ticket k SET agent_id = %(user)s, status = 'open',
               changed_at = now(), version = k.version + 1
          FROM next WHERE k.id = next.id RETURNING k.id, k.public_id
    ), busy AS (
        UPDATE webcare_presence SET last_assigned_at = now() WHERE user_id = %(user)s
    ), line AS (
        INSERT INTO webcare_ticketevent
               (ticket_id, kind, effective_at, actor_id, cause, data)
        SELECT taken.id, 'assigned', now(), %(user)s, 'person', jsonb_build_object(
               'agent', %(user)s::bigint, 'status', 'open', 'skipped', next.skipped)
          FROM taken, next
    )
    SELECT public_id FROM taken"""

# The first of all queues that nobody else is taking.
CLAIM_NEXT = f"""
    WITH best AS MATERIALIZED (
        SELECT first.* FROM webcare_queue q CROSS JOIN LATERAL (
               SELECT k.id, k.is_danger, k.due_at, k.opened_at FROM webcare_ticket k
                WHERE k.queue_id = q.id AND {_WAITS}
                ORDER BY {_IN_ORDER} LIMIT 8) AS first
    ), next AS (
        SELECT k.id, 0 AS skipped FROM best JOIN webcare_ticket k ON k.id = best.id
         WHERE {_WAITS}
         ORDER BY best.is_danger DESC, best.due_at, best.opened_at, best.id LIMIT 1
           FOR NO KEY UPDATE OF k SKIP LOCKED
    ){_TAKEN}"""

# A certain one, and how many of its queue that wait longer are passed over.
CLAIM = f"""
    WITH next AS (
        SELECT t.id, (SELECT count(*) FROM (
                      SELECT FROM webcare_ticket k WHERE k.queue_id = t.queue_id
                         AND {_WAITS} AND k.due_at < t.due_at LIMIT 100) AS earlier)
                     AS skipped
          FROM webcare_ticket t
         WHERE t.public_id = %(ticket)s AND t.agent_id IS NULL
    ){_TAKEN}"""

# A ticket reaches a queue.
ROUTE = """UPDATE webcare_ticket
              SET queue_id = %(queue)s, status = 'new', agent_id = NULL
            WHERE id = %(ticket)s"""

# Whoever is at work there and has least in hand gets it.
PUSH = f"""
    WITH free AS (
        SELECT u.id FROM webcare_membership m
          JOIN webcare_user u ON u.id = m.user_id
          JOIN webcare_presence p ON p.user_id = u.id AND p.state = 'present'
         WHERE m.queue_id = %(queue)s
         ORDER BY (SELECT count(*) FROM webcare_ticket held
                    WHERE held.agent_id = u.id AND held.status = 'open'),
                  p.last_assigned_at LIMIT 1 FOR NO KEY UPDATE OF p
    ), taken AS (
        UPDATE webcare_ticket k SET agent_id = free.id, status = 'open',
               queue_id = %(queue)s, changed_at = now(), version = k.version + 1
          FROM free WHERE k.id = %(ticket)s AND {_WAITS} RETURNING k.id, k.agent_id
    ), busy AS (
        UPDATE webcare_presence p SET last_assigned_at = now()
          FROM free WHERE p.user_id = free.id
    )
    INSERT INTO webcare_ticketevent (ticket_id, kind, effective_at, cause, data)
    SELECT id, 'assigned', now(), 'assignment', jsonb_build_object(
           'agent', agent_id, 'status', 'open') FROM taken"""

WHOSE_TOKEN = """
    SELECT user_id FROM webcare_apitoken
     WHERE digest = %s AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > now())"""
