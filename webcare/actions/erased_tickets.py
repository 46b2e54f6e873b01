"""What people wrote on tickets, taken out of every table that has some of it.

The tickets, turns, endings, surveys and lines of the log stay: figures are of these.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from conversations.actions import erasing
from conversations.models.bulk import fetch, ids
from conversations.models.threads import ERASED


@contextmanager
def rewriting(*, by: str, why: str) -> Iterator[None]:
    """Within, history may be rewritten, and the database writes down by whom and why.

    Belongs in a transaction; an error ends both.
    """
    said = "SELECT set_config('webcare.erasing', %s, true)"
    fetch(
        f"""{said}, set_config('webcare.erasing_by', %s, true),
                    set_config('webcare.erasing_reason', %s, true)""",
        ["on", by, why],
    )
    yield
    fetch(said, ["off"])


def erase_tickets(tickets: Sequence[int], *, rename: bool) -> dict[str, int]:
    """Erase all texts of ours on these tickets and all that was noted about them, but
    not what their authors said; returns how many rows of what.

    Belongs within `rewriting`. `rename` takes away the names that
    platforms know our messages by, too.
    """
    given = {"tickets": list(tickets), "erased": ERASED}
    ours = ids(fetch(_OURS, given))
    counts = {"answers": erasing.empty(ours)}
    if rename:
        erasing.rename(ours)
    for what, statement in _STATEMENTS:
        counts[what] = counts.get(what, 0) + len(fetch(statement, given))
    return counts


# What we said on the platform, also by somebody who went past the desk.
_OURS = """
    SELECT m.id FROM webcare_ticketmessage tm
      JOIN conversations_message m ON m.id = tm.message_id
     WHERE tm.ticket_id = ANY(%(tickets)s) AND m.direction = 'out'
     UNION
    SELECT d.message_id FROM conversations_delivery d
     WHERE d.message_id IS NOT NULL AND d.id IN (
           SELECT delivery_id FROM webcare_reply WHERE ticket_id = ANY(%(tickets)s)
            UNION ALL
           SELECT delivery_id FROM webcare_survey WHERE ticket_id = ANY(%(tickets)s))
     ORDER BY 1"""
# What waits for somebody to let it go never goes.
_DELIVERIES = """
    UPDATE conversations_delivery
       SET text = '', failure = '',
           state = CASE WHEN state IN ('waiting', 'held') THEN 'cancelled'
                        ELSE state END
     WHERE (text <> '' OR failure <> '') AND id IN (
           SELECT delivery_id FROM webcare_reply WHERE ticket_id = ANY(%(tickets)s)
            UNION ALL
           SELECT delivery_id FROM webcare_survey WHERE ticket_id = ANY(%(tickets)s))
    RETURNING id"""
# Clients choose these keys, and may have put anything into them.
_REPLIES = """
    UPDATE webcare_reply
       SET text = '', client_key = %(erased)s || id,
           approved_digest = CASE WHEN approved_digest IS NOT NULL THEN ''::bytea END
     WHERE ticket_id = ANY(%(tickets)s) AND NOT starts_with(client_key, %(erased)s)
    RETURNING id"""
_APPROVALS = """
    UPDATE webcare_approval
       SET text = '', client_key = %(erased)s || id, digest = '',
           reason = CASE WHEN state = 'rejected' THEN 'erased' ELSE reason END
     WHERE ticket_id = ANY(%(tickets)s) AND NOT starts_with(client_key, %(erased)s)
    RETURNING id"""
_MACROS = """
    UPDATE webcare_macrouse SET key = %(erased)s || id
     WHERE ticket_id = ANY(%(tickets)s) AND NOT starts_with(key, %(erased)s)
    RETURNING id"""
_NOTES = """
    UPDATE webcare_note SET text = '' WHERE ticket_id = ANY(%(tickets)s) AND text <> ''
    RETURNING id"""
_DRAFTS = "DELETE FROM webcare_draft WHERE ticket_id = ANY(%(tickets)s) RETURNING id"
_BEGUN = """
    DELETE FROM webcare_notedraft WHERE ticket_id = ANY(%(tickets)s) RETURNING id"""
# Pictures that went out with our answers, or were to.
_FILES = """
    WITH gone AS (DELETE FROM webcare_attachment WHERE ticket_id = ANY(%(tickets)s)
                  RETURNING file_id)
    DELETE FROM conversations_file f USING gone WHERE f.id = gone.file_id
    RETURNING f.id"""
# A letter that has not left is not sent, and its link ends.
_LETTERS = """
    UPDATE webcare_mail
       SET body = '', html = '', attachment = '', subject = '', state = 'failed',
           settled_at = statement_timestamp()
     WHERE state IN ('waiting', 'sending') AND id IN (
           SELECT mail_id FROM webcare_consultation WHERE ticket_id = ANY(%(tickets)s))
    RETURNING id"""
_QUESTIONS = """
    UPDATE webcare_consultation
       SET question = '', state = CASE state WHEN 'asked' THEN 'cancelled'
                                             ELSE state END
     WHERE ticket_id = ANY(%(tickets)s) AND question <> '' RETURNING id"""
_FIELDS = """
    DELETE FROM webcare_fieldvalue WHERE ticket_id = ANY(%(tickets)s) RETURNING id"""
_REFERENCES = """
    DELETE FROM webcare_externalreference WHERE ticket_id = ANY(%(tickets)s)
    RETURNING id"""
_LINES = """
    UPDATE webcare_ticketevent SET data = data - 'system' - 'reference'
     WHERE ticket_id = ANY(%(tickets)s) AND data ?| ARRAY['system', 'reference']
    RETURNING id"""
_COMMENTS = """
    DELETE FROM webcare_surveycomment c USING webcare_survey s
     WHERE s.id = c.survey_id AND s.ticket_id = ANY(%(tickets)s)
    RETURNING c.survey_id"""
# The score stays, and its link ends.
_LINKS = """
    UPDATE webcare_survey SET digest = NULL
     WHERE ticket_id = ANY(%(tickets)s) AND digest IS NOT NULL RETURNING id"""
_CALLS = """
    UPDATE webcare_subscriptiondelivery SET failure = ''
     WHERE ticket_id = ANY(%(tickets)s) AND failure <> '' RETURNING id"""
_TICKETS = """
    UPDATE webcare_ticket
       SET excerpt = '', priority_reason = '', resolution_note = '',
           changed_at = now(), version = version + 1
     WHERE id = ANY(%(tickets)s)
       AND (excerpt <> '' OR priority_reason <> '' OR resolution_note <> '')
    RETURNING id"""
_FOUND = """
    DELETE FROM webcare_searchentry
     WHERE ticket_id = ANY(%(tickets)s) AND kind <> 'tag' RETURNING id"""

_STATEMENTS = (
    ("answers", _DELIVERIES),
    ("answers", _REPLIES),
    ("approvals", _APPROVALS),
    ("keys", _MACROS),
    ("notes", _NOTES),
    ("drafts", _DRAFTS),
    ("drafts", _BEGUN),
    ("files", _FILES),
    ("letters", _LETTERS),
    ("questions", _QUESTIONS),
    ("fields", _FIELDS),
    ("references", _REFERENCES),
    ("lines", _LINES),
    ("comments", _COMMENTS),
    ("links", _LINKS),
    ("calls", _CALLS),
    ("tickets", _TICKETS),
    ("found", _FOUND),
)
