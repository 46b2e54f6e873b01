"""What tickets show of the messages that stand in them, after some came or went."""

from collections.abc import Sequence

from django.db import connection

from conversations.models.bulk import fetch
from webcare.actions.clocks import DUE, NONE
from webcare.actions.threads import HOLD_THREAD
from webcare.actions.turns import WAITING
from webcare.models import Ticket

# Of a ticket `given`: the newest message that its author has not deleted.
_NEWEST = """CROSS JOIN LATERAL (
                 SELECT m.id, m.text FROM webcare_ticketmessage tm
                   JOIN conversations_message m ON m.id = tm.message_id
                  WHERE tm.ticket_id = given.ticket AND m.direction = 'in'
                  ORDER BY (m.deleted_at IS NOT NULL), m.posted_at DESC, m.id DESC
                  LIMIT 1) AS newest"""
_SHOWN = """last_inbound_id = newest.id,
                  excerpt = left(btrim(regexp_replace(
                      left(newest.text, 560), '\\s+', ' ', 'g')), 280)"""


def lock(tickets: Sequence[int], *, threads: Sequence[int] = ()) -> dict[int, Ticket]:
    """Lock tickets, with the threads whose new messages would come to them.

    Always in the same order, threads before tickets and each rising, as intake does:
    who does the opposite at the same time waits, and then sees what was done.
    """
    assert connection.in_atomic_block
    fetch(
        f"""SELECT {HOLD_THREAD}
             FROM (SELECT DISTINCT thread_id AS t FROM webcare_ticket
                    WHERE id = ANY(%(tickets)s) OR merged_into_id = ANY(%(tickets)s)
                    UNION
                   SELECT thread_id FROM webcare_privatethread
                    WHERE ticket_id = ANY(%(tickets)s)
                    UNION
                   SELECT unnest(%(threads)s::bigint[])
                    ORDER BY 1) AS threads""",
        {"tickets": list(tickets), "threads": list(threads)},
    )
    locked = (
        Ticket.objects.select_for_update(of=["self"], no_key=True)
        .filter(pk__in=tickets)
        .order_by("pk")
    )
    return {ticket.pk: ticket for ticket in locked}


def show_anew(tickets: Sequence[int]) -> None:
    """Let tickets show the messages in them: the first, the newest, who waits.

    One statement. A ticket in which no author's message stands keeps what it showed.
    """
    fetch(
        f"""UPDATE webcare_ticket k
              SET opened_at = shown.first_at, last_message_at = shown.last_at,
                  last_heard = shown.last_heard, {_SHOWN},
                  waiting_since = {WAITING.format(but=NONE)},
                  due_at = {DUE.format(but=NONE)},
                  changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[]) AS given(ticket)
            CROSS JOIN LATERAL (
                 SELECT min(m.posted_at) AS first_at, max(m.posted_at) AS last_at,
                        max(m.id) AS last_heard
                   FROM webcare_ticketmessage tm
                   JOIN conversations_message m ON m.id = tm.message_id
                  WHERE tm.ticket_id = given.ticket AND m.direction = 'in') AS shown
            {_NEWEST}
            WHERE k.id = given.ticket""",
        [sorted(set(tickets))],
    )


def show_newest(tickets: Sequence[int]) -> None:
    """Let tickets show, and answers go to, the newest message in them."""
    fetch(
        f"""UPDATE webcare_ticket k
              SET {_SHOWN},
                  changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[]) AS given(ticket)
            {_NEWEST}
            WHERE k.id = given.ticket""",
        [list(tickets)],
    )


def wait_anew(tickets: Sequence[int]) -> None:
    """Let tickets show who waits in them, and the nearest promise."""
    if tickets:
        fetch(
            f"""UPDATE webcare_ticket k
                   SET waiting_since = {WAITING.format(but=NONE)},
                       due_at = {DUE.format(but=NONE)},
                       changed_at = now(), version = version + 1
                 WHERE k.id = ANY(%s)""",
            [sorted(set(tickets))],
        )
