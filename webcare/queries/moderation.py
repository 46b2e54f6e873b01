"""Messages that something can be done to, and what was done."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from conversations.models import Act as Act
from conversations.models import Message, PlatformAct
from webcare.exceptions import NotFound
from webcare.models import Ticket, TicketMessage
from webcare.queries.conversation import Place
from webcare.queries.pages import Listing, Mark, Order, Page, read_page

State = PlatformAct.State
BY_TIME = Order("a.asked_at", descending=True)


class ActRow(NamedTuple):
    """One act; `state` is what became of it on the platform."""

    asked_at: datetime
    pk: int
    id: UUID
    act: str
    message: UUID
    state: str
    settled_at: datetime | None
    failure: str


_COLUMNS = "a.public_id, a.act, m.public_id, a.state, a.settled_at, a.failure"
_SOURCE = """conversations_platformact a
    JOIN conversations_message m ON m.id = a.message_id
    JOIN webcare_ticketmessage tm ON tm.message_id = m.id"""


def act_page(ticket: Place, mark: Mark | None, limit: int) -> tuple[list[ActRow], Page]:
    """Return a page of what was asked of the platform on this ticket, newest first."""
    page = _read("tm.ticket_id = %(of)s", ticket.id, mark, limit)
    return [ActRow(*row) for row in page.rows], page


def act_row(act: PlatformAct) -> ActRow:
    """Return one act, read afresh, in the shape of the list."""
    return ActRow(*_read("a.id = %(of)s", act.pk, None, 1).rows[0])


def _read(which: str, of: int, mark: Mark | None, limit: int) -> Page:
    listing = Listing(_COLUMNS, _SOURCE, "a.id", [which], {"of": of})
    return read_page(listing, BY_TIME, mark, limit)


def message_of(ticket: Ticket, public_id: UUID) -> Message:
    """Return a message that stands in this ticket. Raises NotFound."""
    found = (
        TicketMessage.objects.select_related("message__channel")
        .filter(ticket=ticket, message__public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such message on this ticket.")
    return found.message
