"""Questions to colleagues outside, and what such a colleague is shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models.functions import Now

from conversations.models.bulk import fetch
from webcare.domain.redaction import redact
from webcare.exceptions import NotFound
from webcare.models import Consultation, Ticket
from webcare.queries.conversation import Place
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import called

BY_TIME = Order("c.asked_at", descending=True)
SHOWN = 20  # messages, the newest


class ConsultationRow(NamedTuple):
    """One question; `state` is asked, answered, cancelled or expired."""

    asked_at: datetime
    pk: int
    id: UUID
    to: str
    question: str
    asked_by: UUID
    asked_by_name: str
    state: str
    mail: str
    expires_at: datetime
    answered_at: datetime | None
    note: UUID | None


_LISTING = Listing(
    f"""c.public_id, c."to", c.question, u.public_id, {called("u")},
       CASE WHEN c.state = 'asked' AND c.expires_at <= now() THEN 'expired'
            ELSE c.state END,
       m.state, c.expires_at, c.answered_at, n.public_id""",
    """webcare_consultation c
       JOIN webcare_user u ON u.id = c.asked_by_id
       JOIN webcare_mail m ON m.id = c.mail_id
       LEFT JOIN webcare_note n ON n.id = c.note_id""",
    "c.id",
)


def consultation_page(
    ticket: Place, mark: Mark | None, limit: int
) -> tuple[list[ConsultationRow], Page]:
    """Return a page of the questions asked about a ticket, the newest first."""
    page = _read("c.ticket_id = %(of)s", ticket.id, mark, limit)
    return [ConsultationRow(*row) for row in page.rows], page


def consultation_row(consultation: Consultation) -> ConsultationRow:
    """Return one question, read afresh, in the shape of the list."""
    page = _read("c.id = %(of)s", consultation.pk, None, 1)
    return ConsultationRow(*page.rows[0])


def _read(which: str, of: int, mark: Mark | None, limit: int) -> Page:
    listing = Listing(_LISTING.columns, _LISTING.source, "c.id", [which], {"of": of})
    return read_page(listing, BY_TIME, mark, limit)


def consultation_of(ticket: Ticket, public_id: UUID) -> Consultation:
    """Return one question about this ticket. Raises NotFound."""
    found = (
        Consultation.objects.select_related("ticket")
        .filter(ticket=ticket, public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such question on this ticket.")
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page behind a link shows: redacted, and no more than is needed."""

    name: str
    question: str
    language: str
    expires_at: datetime
    said: list[tuple[str, str, datetime]]  # direction, text, when


def asked_by_link(digest: bytes) -> Asked | None:
    """Return what a link shows; None when it has ended or is none of ours."""
    found = (
        Consultation.objects.select_related("asked_by", "ticket")
        .filter(digest=digest, state=Consultation.State.ASKED, expires_at__gt=Now())
        .first()
    )
    if found is None:
        return None
    names = names_of(found.ticket)
    return Asked(
        str(found.asked_by),
        redact(found.question, names),
        found.language,
        found.expires_at,
        [(way, redact(text, names), at) for way, text, at in _said(found.ticket_id)],
    )


def names_of(ticket: Ticket) -> list[str]:
    """Return what those are called who wrote what stands in it: that stays inside the
    desk."""
    rows = fetch(
        """SELECT handle, name FROM conversations_author
            WHERE id = %(author)s OR id IN (
                  SELECT m.author_id FROM webcare_ticketmessage tm
                    JOIN conversations_message m ON m.id = tm.message_id
                   WHERE tm.ticket_id = %(ticket)s AND m.direction = 'in')""",
        {"author": ticket.author_id, "ticket": ticket.pk},
    )
    return [one for row in rows for one in row]


def _said(ticket: int) -> list[tuple[str, str, datetime]]:
    return fetch(
        """SELECT * FROM (
             SELECT m.direction, m.text, m.posted_at
               FROM webcare_ticketmessage tm
               JOIN conversations_message m ON m.id = tm.message_id
              WHERE tm.ticket_id = %s AND m.deleted_at IS NULL
              ORDER BY m.posted_at DESC, m.id DESC LIMIT %s) AS newest
            ORDER BY posted_at""",
        [ticket, SHOWN],
    )
