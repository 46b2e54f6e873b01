"""The rows of seeded tickets, one statement for each table.

`plan` has one row for each ticket: what became of it, and when. Live tickets (one in
five of the newest hundred thousand: what a desk has open does not grow with its past)
are new and unanswered, open with a second question waiting, or pending. All were opened
over two years, and the first answer took from a minute to seven hours.
"""

from webcare.actions.search import SOURCES

_AGAIN = """DROP TABLE IF EXISTS
    pg_temp.plan, pg_temp.said, pg_temp.turns, pg_temp.words"""

_PLAN = """
    CREATE TEMP TABLE plan AS
    SELECT i, kind, opened, answered, written, written + interval '9 min' AS settled,
           queue, topic, CASE WHEN kind = 'new' THEN NULL ELSE agent END AS agent
      FROM (SELECT i,
                   CASE WHEN i %% 5 > 0 OR i <= %(n)s - 100000 THEN 'resolved'
                        ELSE (ARRAY['new', 'new', 'open', 'open', 'pending'])
                             [1 + (i / 5) %% 5] END AS kind,
                   date_trunc('second', now()) - interval '1 hour'
                       - (%(n)s - i) * interval '730 days' / %(n)s AS opened,
                   (%(queues)s::bigint[])[1 + i %% 10] AS queue,
                   (%(topics)s::bigint[])[1 + i %% 10] AS topic,
                   (%(agents)s::bigint[])[1 + 2 * (i %% 10) + (i / 10) %% 2] AS agent
              FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i) AS t,
           -- Short ones are usual and long ones are there; never after now.
           LATERAL (SELECT opened + least(
                        floor(60 * exp(6 * (i * 0.6180339887 %% 1)::float8))
                            * interval '1 second',
                        date_trunc('second', (now() - opened) / 2)) AS answered) AS a,
           LATERAL (SELECT answered + interval '12 min' AS written) AS w"""

# Three messages of each ticket: a question, an answer (or more of the question), and
# what came after it.
_SAID = """
    CREATE TEMP TABLE said AS
    SELECT 3 * (i - 1) + n AS id, n, base, tail, plan.*,
           CASE n WHEN 1 THEN opened WHEN 2 THEN answered ELSE written END AS at,
           CASE WHEN n = 1 OR kind = 'new' OR (n = 3 AND kind <> 'pending')
                THEN 'in' ELSE 'out' END AS direction,
           (%(texts)s::text[])[base] || tail AS text
      FROM plan CROSS JOIN generate_series(1, 3) AS n,
           LATERAL (SELECT 1 + (3 * (i - 1) + n - 1) %% 999 AS base,
                   -- A word that fifty in a million share, and one in a thousand.
                   ' kade' || (3 * i + n) * 7919 %% 20000
                   || CASE WHEN n = 1 AND i %% 1000 = 7 THEN ' nieuwe zonneboiler'
                           ELSE '' END AS tail) AS parts"""

# The runs of messages until an answer: three or four where it was resolved, of which
# the last was left. Those between have no message of their own any more.
_TURNS = """
    CREATE TEMP TABLE turns AS
    SELECT 4 * i - 3 AS id, i, 1 AS number, opened AS started,
           CASE kind WHEN 'new' THEN NULL ELSE answered END AS ended,
           CASE kind WHEN 'new' THEN 'waiting' ELSE 'answered' END AS outcome,
           3 * i - 2 AS message, CASE kind WHEN 'new' THEN NULL ELSE 3 * i - 1 END
               AS answer, queue, topic, agent
      FROM plan
     UNION ALL
    SELECT 4 * i - 4 + n, i, n, answered + n * interval '3 min',
           answered + n * interval '3 min' + (i * n %% 170) * interval '1 second',
           'answered', NULL, NULL, queue, topic, agent
      FROM plan CROSS JOIN generate_series(2, 3) AS n
     WHERE kind = 'resolved' AND n < 3 + i %% 2
     UNION ALL
    SELECT 4 * i - 4 + number, i, number, written,
           CASE kind WHEN 'open' THEN NULL ELSE settled END,
           CASE kind WHEN 'open' THEN 'waiting' ELSE 'left' END, 3 * i, NULL,
           queue, topic, NULL
      FROM plan, LATERAL (
           SELECT CASE kind WHEN 'open' THEN 2 ELSE 3 + i %% 2 END AS number) AS last
     WHERE kind IN ('open', 'resolved')"""

_ROWS = (
    """INSERT INTO conversations_author (id, channel_id, external_id, handle, name)
       SELECT i, %(channel)s, 'a-' || i, 'customer' || i, 'Customer ' || i FROM plan""",
    """INSERT INTO conversations_thread (id, channel_id, key, visibility)
       SELECT i, %(channel)s, 't:' || i, 'public' FROM plan""",
    """INSERT INTO conversations_inboundevent
              (id, channel_id, source, key, body, received_at)
       SELECT id, %(channel)s, 'api', 'c:m-' || id, convert_to(jsonb_build_object(
                  'external_id', 'm-' || id, 'text', text, 'posted_at', at,
                  'author', jsonb_build_object('external_id', 'a-' || i,
                      'handle', 'customer' || i, 'name', 'Customer ' || i),
                  'thread', i::text)::text, 'UTF8'), at + interval '2 s'
         FROM said WHERE direction = 'in'""",
    """INSERT INTO conversations_message
              (id, channel_id, external_id, thread_id, author_id, event_id, direction,
               visibility, text, url, in_reply_to, language, posted_at, received_at)
       SELECT id, %(channel)s, 'm-' || id, i,
              CASE direction WHEN 'in' THEN i END, CASE direction WHEN 'in' THEN id END,
              direction, 'public', text, '', '', 'nl', at, at + interval '2 s'
         FROM said""",
    """INSERT INTO webcare_decision (message_id, verdict, reason, decided_at)
       SELECT id, 'answer', 'addressed', at + interval '2 s'
         FROM said WHERE direction = 'in'""",
    """INSERT INTO webcare_ticket
              (id, thread_id, author_id, channel_id, status, queue_id, agent_id,
               language, topic_id, topic_by, excerpt, opened_at, waiting_since, due_at,
               last_message_at, last_inbound_id, first_response_seconds, resolved_at,
               resolution, resolution_seconds, changed_at, version)
       SELECT i, i, i, %(channel)s, kind, queue, agent, 'nl', topic,
              CASE WHEN topic IS NULL THEN 'unsure' ELSE 'rule' END,
              left((%(texts)s::text[])[1 + 3 * (i - 1) %% 999], 280), opened,
              CASE kind WHEN 'new' THEN opened WHEN 'open' THEN written END,
              CASE kind WHEN 'new' THEN opened + interval '1 hour'
                        WHEN 'open' THEN written + interval '1 hour'
                        WHEN 'pending' THEN opened + interval '1 day' END,
              written, CASE kind WHEN 'pending' THEN 3 * i - 2 ELSE 3 * i END,
              CASE WHEN kind <> 'new' THEN extract(epoch FROM answered - opened) END,
              CASE kind WHEN 'resolved' THEN settled END,
              CASE kind WHEN 'resolved' THEN 'answered' ELSE '' END,
              CASE kind WHEN 'resolved' THEN extract(epoch FROM settled - opened) END,
              settled, 4
         FROM plan""",
    """INSERT INTO webcare_ticketmessage (message_id, ticket_id, origin_ticket_id)
       SELECT id, i, i FROM said""",
    """INSERT INTO conversations_delivery
              (id, public_id, channel_id, thread_id, in_reply_to_id, visibility, text,
               state, created_at, due_at, attempts, claimed_at, settled_at, failure,
               message_id)
       SELECT id, gen_random_uuid(), %(channel)s, i, 3 * i - 2, 'public', text, 'sent',
              at - interval '10 s', at, 1, at, at, '', id
         FROM said WHERE direction = 'out'""",
    """INSERT INTO webcare_reply
              (id, public_id, ticket_id, author_id, client_key, text,
               written_against_id, delivery_id, "then", status_before, written_at)
       SELECT id, gen_random_uuid(), i, agent, 'seed-' || id, text, 3 * i - 2, id,
              'pending', 'open', at - interval '10 s'
         FROM said WHERE direction = 'out'""",
    """INSERT INTO webcare_turn
              (id, ticket_id, number, outcome, started_at, start_known_at, known_from,
               first_message_id, ended_at, end_known_at, answer_id, calendar_seconds,
               business_seconds, in_hours, answered_by_id, queue_id, topic_id,
               channel_id, language)
       SELECT id, i, number, outcome, started, started + interval '2 s',
              started + interval '2 s', message, ended, ended + interval '2 s', answer,
              extract(epoch FROM ended - started),
              floor(0.4 * extract(epoch FROM ended - started)),
              CASE WHEN ended IS NOT NULL THEN i %% 10 > 0 END,
              CASE outcome WHEN 'answered' THEN agent END,
              CASE WHEN ended IS NOT NULL THEN queue END,
              CASE WHEN ended IS NOT NULL THEN topic END, %(channel)s, 'nl'
         FROM turns""",
    # One in twenty was resolved before, and its author wrote again.
    """INSERT INTO webcare_ending
              (ticket_id, number, opened_at, at, known_at, outcome, calendar_seconds,
               business_seconds, by_id, agent_id, queue_id, topic_id, channel_id,
               priority, language, reopened_at, reopened_known_at)
       SELECT i, number, opened, at, at, 'answered', extract(epoch FROM at - opened),
              floor(0.4 * extract(epoch FROM at - opened)), agent, agent, queue, topic,
              %(channel)s, 'normal', 'nl', again, again + interval '2 s'
         FROM plan, LATERAL (
              SELECT 1 AS number, answered + interval '3 min' AS at, written AS again
               WHERE i %% 20 = 1
               UNION ALL
              SELECT CASE i %% 20 WHEN 1 THEN 2 ELSE 1 END, settled, NULL) AS ends
        WHERE kind = 'resolved'""",
    # An agent's tickets come one after the other, and so does the work on them.
    """INSERT INTO webcare_activity (user_id, ticket_id, began_at, ended_at, goes_on)
       SELECT agent, i, opened, opened + least(
                  (60 + i * 7919 %% 540) * interval '1 second',
                  interval '700 days' * 18 / %(n)s), false
         FROM plan WHERE agent IS NOT NULL""",
    # What was late was told then; what is not due yet is told later.
    """INSERT INTO webcare_clock
              (ticket_id, turn_id, promise, started_at, target_seconds, due_at,
               stopped_at, breached_at, next_at)
       SELECT i, turn, promise, started, target, due, stopped,
              CASE WHEN due < coalesce(stopped, now()) THEN due END,
              CASE WHEN stopped IS NULL AND due >= now() THEN due END
         FROM (SELECT i, id AS turn, CASE number WHEN 1 THEN 'first_response'
                      ELSE 'next_response' END AS promise, started, 3600 AS target,
                      started + interval '1 hour' AS due, ended AS stopped FROM turns
                UNION ALL
               SELECT i, NULL, 'resolution', opened, 86400, opened + interval '1 day',
                      CASE kind WHEN 'resolved' THEN settled END FROM plan) AS promised
        """,
    # Each line that moves a ticket says where to, as every line of the log does.
    """INSERT INTO webcare_ticketevent
              (ticket_id, kind, effective_at, recorded_at, actor_id, cause, data)
       SELECT i, kind, at, at + interval '2 s', actor, cause, data FROM (
           SELECT i, CASE n WHEN 1 THEN 'opened' ELSE 'message_added' END AS kind, at,
                  CASE n WHEN 1 THEN 1 ELSE 5 END AS place, NULL::bigint AS actor,
                  'intake' AS cause,
                  jsonb_build_object('message', id, 'reason', 'addressed')
                  || CASE WHEN n = 1 THEN '{"status": "new"}'
                          WHEN kind <> 'new' THEN '{"status": "open"}'
                          ELSE '{}' END::jsonb AS data
             FROM said WHERE direction = 'in'
            UNION ALL
           SELECT i, 'classified', opened, 2, NULL, 'triage',
                  jsonb_build_object('topic', topic, 'by', 'rule') FROM plan
            UNION ALL
           SELECT i, 'routed', opened, 3, NULL, 'triage', jsonb_build_object(
                  'queue', queue, 'why', jsonb_build_object('by', 'topic')) FROM plan
            UNION ALL
           SELECT i, 'assigned', opened, 4, NULL, 'assignment',
                  jsonb_build_object('agent', agent, 'status', 'open')
             FROM plan WHERE agent IS NOT NULL
            UNION ALL
           SELECT i, 'reply_sent', at, 5, agent, 'person',
                  jsonb_build_object('message', id, 'status', 'pending')
             FROM said WHERE direction = 'out'
            UNION ALL
           SELECT i, 'resolved', answered + interval '3 min', 5, agent, 'person',
                  jsonb_build_object('outcome', 'answered', 'status', 'resolved')
             FROM plan WHERE kind = 'resolved' AND i %% 20 = 1
            UNION ALL
           SELECT i, 'resolved', settled, 6, agent, 'person',
                  jsonb_build_object('outcome', 'answered', 'status', 'resolved')
             FROM plan WHERE kind = 'resolved') AS happened
        ORDER BY i, at, place""",
    """INSERT INTO webcare_note (public_id, ticket_id, author_id, text, written_at)
       SELECT gen_random_uuid(), i, agent, 'Overleg: kade' || i %% 20000, answered
         FROM plan
        WHERE i %% 4 = 0""",
    """INSERT INTO webcare_tickettag (ticket_id, tag_id, by_id, at)
       SELECT i, (%(tags)s::bigint[])[CASE WHEN i %% 1000 = 3 THEN 1
                      WHEN i %% 10 < 4 THEN 2 + i %% 10 ELSE 5 END], agent, answered
         FROM plan WHERE i %% 2 = 1""",
    """INSERT INTO webcare_externalreference (public_id, ticket_id, system, reference,
              url, at)
       SELECT gen_random_uuid(), i, 'crm', 'C-' || i, '', answered
         FROM plan WHERE i %% 10 = 1""",
    """INSERT INTO webcare_follower (ticket_id, user_id, since)
       SELECT i, (%(agents)s::bigint[])[1 + (i / 10) %% 20], answered
         FROM plan WHERE i %% 20 = 5""",
    """INSERT INTO webcare_ticketlink
              (public_id, from_ticket_id, to_ticket_id, kind, by_id, at)
       SELECT gen_random_uuid(), i - 1, i, 'related', agent, answered
         FROM plan WHERE i %% 50 = 25""",
)

# The texts above, read into words once.
_READ = """
    CREATE TEMP TABLE words AS
    SELECT n AS base, ts_delete(webcare_search_vector(text, 'nl', 0), '{~0,~~0}') AS tsv
      FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS given(text, n)"""

# A join: each row compared with 20,000 numbers would take longer than all the rest.
_SOURCES = SOURCES.replace("= ANY(%(tickets)s)", "IN (SELECT i FROM plan)")
# What the stage would make, in the order in which it was said.
_INDEX = f"""
    INSERT INTO webcare_searchentry (id, ticket_id, kind, source_id, at, digest, tsv)
    SELECT one.id, one.ticket_id, one.kind, one.source_id, one.at,
           hashtextextended(one.spoken || ' ' || one.said, 0),
           CASE WHEN known.id IS NULL
                THEN webcare_search_vector(one.said, one.spoken, one.id)
                ELSE words.tsv || webcare_search_vector(tail, one.spoken, one.id) END
      FROM (SELECT nextval('webcare_searchentry_id_seq') AS id, ordered.*
              FROM (SELECT * FROM ({_SOURCES}) AS source ORDER BY at) AS ordered)
           AS one
      LEFT JOIN said AS known
             ON one.kind = 'message' AND known.id = one.source_id
      LEFT JOIN words ON words.base = known.base"""

STATEMENTS = (_AGAIN, _PLAN, _SAID, _TURNS, *_ROWS, _READ, _INDEX)
