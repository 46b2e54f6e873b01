"""Where what is kept of a person stands, in SQL: to be counted, and to be given."""

_OF_TICKETS = (
    "ticket_id IN (SELECT id FROM webcare_ticket WHERE author_id = %(author)s)"
)
COUNTED = {
    "messages": """SELECT count(*) FROM conversations_message
                    WHERE author_id = %(author)s AND deleted_at IS NULL""",
    "tickets": "SELECT count(*) FROM webcare_ticket WHERE author_id = %(author)s",
    "answers": f"""SELECT count(*) FROM webcare_reply
                    WHERE text <> '' AND {_OF_TICKETS}""",
    "files": f"SELECT count(*) FROM webcare_attachment WHERE {_OF_TICKETS}",
    "notes": f"SELECT count(*) FROM webcare_note WHERE text <> '' AND {_OF_TICKETS}",
    "drafts": f"SELECT count(*) FROM webcare_draft WHERE {_OF_TICKETS}",
    "questions": f"""SELECT count(*) FROM webcare_consultation
                      WHERE question <> '' AND {_OF_TICKETS}""",
    "fields": f"SELECT count(*) FROM webcare_fieldvalue WHERE {_OF_TICKETS}",
    "references": f"""SELECT count(*) FROM webcare_externalreference
                       WHERE {_OF_TICKETS}""",
    "surveys": """SELECT count(*) FROM webcare_survey
                   WHERE author_id = %(author)s AND asked_at IS NOT NULL""",
    "lists": "SELECT count(*) FROM webcare_listedauthor WHERE author_id = %(author)s",
}
# So large that they are read one by one.
LARGE = frozenset({"files"})
SECTIONS = {
    "messages": """
        SELECT m.id, json_build_object(
                 'external_id', m.external_id, 'posted_at', m.posted_at,
                 'visibility', m.visibility, 'text', m.text, 'url', m.url,
                 'language', m.language, 'edited_at', m.edited_at,
                 'deleted_at', m.deleted_at, 'danger', r.danger,
                 'sentiment', r.sentiment,
                 'earlier', (SELECT coalesce(json_agg(v.text ORDER BY v.id), '[]')
                               FROM conversations_messageversion v
                              WHERE v.message_id = m.id),
                 'files', (SELECT coalesce(json_agg(f.url ORDER BY f.position), '[]')
                             FROM conversations_attachment f
                            WHERE f.message_id = m.id))::text
          FROM conversations_message m
          LEFT JOIN webcare_reading r ON r.message_id = m.id
         WHERE m.author_id = %(author)s AND m.id > %(after)s ORDER BY m.id""",
    "tickets": """
        SELECT k.id, json_build_object(
                 'number', k.id, 'id', k.public_id, 'opened_at', k.opened_at,
                 'status', k.status, 'resolved_at', k.resolved_at,
                 'resolution', k.resolution, 'resolution_note', k.resolution_note,
                 'priority', k.priority, 'priority_reason', k.priority_reason,
                 'topic', t.name, 'language', k.language,
                 'fields', (SELECT coalesce(json_object_agg(f.name, coalesce(
                                     v.text, v.number::text, v.date::text,
                                     v.checkbox::text)), '{}')
                              FROM webcare_fieldvalue v
                              JOIN webcare_customfield f ON f.id = v.field_id
                             WHERE v.ticket_id = k.id),
                 'references', (SELECT coalesce(json_agg(x.system || ' '
                                                        || x.reference), '[]')
                                  FROM webcare_externalreference x
                                 WHERE x.ticket_id = k.id))::text
          FROM webcare_ticket k LEFT JOIN webcare_topic t ON t.id = k.topic_id
         WHERE k.author_id = %(author)s AND k.id > %(after)s ORDER BY k.id""",
    "answers": f"""
        SELECT id, json_build_object('ticket', ticket_id, 'written_at', written_at,
                                     'text', text)::text
          FROM webcare_reply WHERE {_OF_TICKETS} AND id > %(after)s ORDER BY id""",
    "files": f"""
        SELECT a.id, json_build_object(
                 'ticket', a.ticket_id, 'attached_at', a.attached_at,
                 'sent_at', f.handed_at, 'name', f.name, 'type', f.type,
                 'size', f.size, 'alt', f.alt,
                 'content', translate(encode(f.content, 'base64'), E'\\n', ''))::text
          FROM webcare_attachment a JOIN conversations_file f ON f.id = a.file_id
         WHERE a.{_OF_TICKETS} AND a.id > %(after)s ORDER BY a.id""",
    "notes": f"""
        SELECT id, json_build_object('ticket', ticket_id, 'written_at', written_at,
                                     'text', text)::text
          FROM webcare_note WHERE {_OF_TICKETS} AND id > %(after)s ORDER BY id""",
    "questions": f"""
        SELECT id, json_build_object('ticket', ticket_id, 'asked_at', asked_at,
                                     'question', question)::text
          FROM webcare_consultation
         WHERE {_OF_TICKETS} AND id > %(after)s ORDER BY id""",
    "surveys": """
        SELECT s.id, json_build_object('ticket', s.ticket_id, 'asked_at', s.asked_at,
                       'score', s.score, 'answered_at', s.answered_at,
                       'comment', c.text)::text
          FROM webcare_survey s
          LEFT JOIN webcare_surveycomment c ON c.survey_id = s.id
         WHERE s.author_id = %(author)s AND s.id > %(after)s ORDER BY s.id""",
    "lists": """
        SELECT la.id, json_build_object('list', l.name, 'since', la.listed_at)::text
          FROM webcare_listedauthor la
          JOIN webcare_authorlist l ON l.id = la.author_list_id
         WHERE la.author_id = %(author)s AND la.id > %(after)s ORDER BY la.id""",
}
