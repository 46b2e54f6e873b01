"""Keep the entries that tickets are found by equal to what was said.

Triggers wake this stage for every ticket of which a text came, changed or went.
"""

from collections.abc import Iterator

from django.db import transaction

from conversations.actions import batches
from conversations.models.bulk import fetch

REBUILT_AT_ONCE = 1_000  # tickets in a transaction

# Every text that a ticket is found by. Without a text there is nothing to find: what
# was deleted or erased has no row here, and its entry goes.
SOURCES = """
    SELECT tm.ticket_id, 'message' AS kind, m.id AS source_id, m.posted_at AS at,
           m.text AS said, coalesce(nullif(m.language, ''), k.language) AS spoken
      FROM webcare_ticketmessage tm
      JOIN conversations_message m ON m.id = tm.message_id
      JOIN webcare_ticket k ON k.id = tm.ticket_id
     WHERE tm.ticket_id = ANY(%(tickets)s) AND m.text <> ''
     UNION ALL
    SELECT n.ticket_id, 'note', n.id, n.written_at, n.text, ''
      FROM webcare_note n WHERE n.ticket_id = ANY(%(tickets)s) AND n.text <> ''
     UNION ALL
    SELECT k.id, 'author', k.author_id, k.opened_at, a.handle || ' ' || a.name, 'nl'
      FROM webcare_ticket k JOIN conversations_author a ON a.id = k.author_id
     WHERE k.id = ANY(%(tickets)s) AND a.handle || a.name <> ''
     UNION ALL
    SELECT tt.ticket_id, 'tag', tt.tag_id, tt.at, t.slug || ' ' || t.name, 'nl'
      FROM webcare_tickettag tt JOIN webcare_tag t ON t.id = tt.tag_id
     WHERE tt.ticket_id = ANY(%(tickets)s)
     UNION ALL
    SELECT ticket_id, 'reference', id, at, system || ' ' || reference, 'nl'
      FROM webcare_externalreference WHERE ticket_id = ANY(%(tickets)s)"""

_FORGET = f"""
    DELETE FROM webcare_searchentry e
     WHERE e.ticket_id = ANY(%(tickets)s)
       AND (e.ticket_id, e.kind, e.source_id) NOT IN (
           SELECT ticket_id, kind, source_id FROM ({SOURCES}) AS source)"""

# An entry keeps its number when its text changes, and with it the blocks it is in.
_WRITE = f"""
    INSERT INTO webcare_searchentry (id, ticket_id, kind, source_id, at, digest, tsv)
    SELECT id, ticket_id, kind, source_id, at, digest,
           webcare_search_vector(said, spoken, id)
      FROM (SELECT coalesce(known, nextval('webcare_searchentry_id_seq')) AS id, news.*
              FROM (SELECT s.*, e.id AS known
                      FROM (SELECT *, hashtextextended(spoken || ' ' || said, 0)
                                   AS digest FROM ({SOURCES}) AS source) AS s
                      LEFT JOIN webcare_searchentry e
                             ON e.ticket_id = s.ticket_id AND e.kind = s.kind
                            AND e.source_id = s.source_id
                     WHERE e.digest IS DISTINCT FROM s.digest
                     ORDER BY s.at) AS news) AS numbered
        ON CONFLICT (ticket_id, kind, source_id) DO UPDATE
       SET at = EXCLUDED.at, digest = EXCLUDED.digest, tsv = EXCLUDED.tsv"""


def index_tickets(ticket_ids: list[int]) -> None:
    """Make the entries of these tickets what their texts are now: three statements.

    Texts that did not change are not read into words again.
    """
    fetch("SELECT pg_advisory_xact_lock_shared(5, 0)", [])
    _write(ticket_ids)


STAGE = batches.Stage("index", index_tickets)


def rebuild(size: int = REBUILT_AT_ONCE) -> Iterator[int]:
    """Make every entry anew, oldest tickets first; yields tickets done so far.

    May be stopped and begun again; searches go on meanwhile, and a stage that wants
    to write waits for one batch at most.
    """
    done, last = 0, 0
    while batch := fetch(
        "SELECT id FROM webcare_ticket WHERE id > %s ORDER BY id LIMIT %s",
        [last, size],
    ):
        tickets = [pk for [pk] in batch]
        _rebuild(tickets)
        done, last = done + len(tickets), tickets[-1]
        yield done


@transaction.atomic
def _rebuild(tickets: list[int]) -> None:
    fetch("SELECT pg_advisory_xact_lock(5, 0)", [])
    fetch("DELETE FROM webcare_searchentry WHERE ticket_id = ANY(%s)", [tickets])
    _write(tickets)


def _write(tickets: list[int]) -> None:
    for statement in (_FORGET, _WRITE):
        fetch(statement, {"tickets": tickets})
