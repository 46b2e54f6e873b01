"""What the messages of a ticket are taken for, and how often people said otherwise."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch
from webcare.models import Ticket
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import called

READINGS = Order("m.posted_at")
DAYS = 90


class ReadingRow(NamedTuple):
    """One message of an author; *said* is a person's word, empty without one."""

    posted_at: datetime
    pk: int
    message: UUID
    danger: str
    danger_score: float
    danger_why: str
    danger_edition: int
    danger_said: str
    danger_said_at: datetime | None
    danger_by: UUID | None
    danger_by_name: str | None
    sentiment: str
    sentiment_score: float
    sentiment_edition: int
    sentiment_said: str
    sentiment_said_at: datetime | None
    sentiment_by: UUID | None
    sentiment_by_name: str | None


_READINGS = Listing(
    f"""m.public_id, r.danger, r.danger_score, r.danger_why, r.danger_edition,
        r.danger_said, r.danger_said_at, d.public_id, {called("d")},
        r.sentiment, r.sentiment_score, r.sentiment_edition,
        r.sentiment_said, r.sentiment_said_at, s.public_id, {called("s")}""",
    """webcare_ticketmessage tm
       JOIN conversations_message m ON m.id = tm.message_id
       JOIN webcare_reading r ON r.message_id = m.id
       LEFT JOIN webcare_user d ON d.id = r.danger_said_by_id
       LEFT JOIN webcare_user s ON s.id = r.sentiment_said_by_id""",
    "m.id",
    ["tm.ticket_id = %(of)s"],
)


def reading_page(
    ticket: Ticket, mark: Mark | None, limit: int
) -> tuple[list[ReadingRow], Page]:
    """Return a page of a ticket's readings, the oldest message first: one statement."""
    listing = Listing(
        _READINGS.columns,
        _READINGS.source,
        _READINGS.id,
        _READINGS.where,
        {"of": ticket.pk},
    )
    page = read_page(listing, READINGS, mark, limit)
    return [ReadingRow(*row) for row in page.rows], page


class Checked(NamedTuple):
    """What people said of messages in 90 days, and how often machines said the same.

    Danger: heard by the machine and called so or a false alarm, and called danger where
    the machine heard none. Sentiment: where the machine had said one at all.
    """

    danger_confirmed: int
    danger_false: int
    danger_missed: int
    sentiment_said: int
    sentiment_decided: int
    sentiment_same: int


def checked() -> Checked:
    """One statement; it reads what people said and nothing else."""
    [row] = fetch(
        """SELECT d.*, s.* FROM (
             SELECT count(*) FILTER (WHERE danger = 'danger'
                                       AND danger_said = 'danger'),
                    count(*) FILTER (WHERE danger = 'danger' AND danger_said = 'none'),
                    count(*) FILTER (WHERE danger <> 'danger'
                                       AND danger_said = 'danger')
               FROM webcare_reading WHERE danger_said <> ''
                AND danger_said_at > now() - %(while)s::interval) AS d,
            (SELECT count(*), count(*) FILTER (WHERE sentiment <> 'unsure'),
                    count(*) FILTER (WHERE sentiment = sentiment_said)
               FROM webcare_reading WHERE sentiment_said <> ''
                AND sentiment_said_at > now() - %(while)s::interval) AS s""",
        {"while": f"{DAYS} days"},
    )
    return Checked(*row)
