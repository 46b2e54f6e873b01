"""Which tickets a person may see, and what lists and pages show of them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Max
from django.db.models.functions import Now

from conversations.models import State
from webcare.domain.lifecycle import UNDO_SECONDS
from webcare.domain.undo import Undoable
from webcare.exceptions import NotFound
from webcare.models import Reply, Ticket, TicketEvent, User
from webcare.queries.people import Rights
from webcare.queries.sight import visible_tickets

ROW = ("author", "channel", "queue", "agent", "topic")
# What a channel is spoken to with is on no page: deciphering it takes its time.
SEALED = ("channel__secret", "channel__previous_secret")


def ticket_for(
    user: User,
    public_id: UUID,
    rights: Rights | None = None,
    *,
    with_names: bool = True,
) -> Ticket:
    """Return one ticket, by default with all a page shows beside its thread.

    The only door from an id to a ticket; `with_names` off reads its own row alone.
    Raises NotFound when it does not exist or `user` may not see it.
    """
    tickets = visible_tickets(user, rights).filter(public_id=public_id)
    if with_names:
        tickets = tickets.select_related(*ROW, "thread").defer(*SEALED)
    found = tickets.first()
    if found is None:
        raise NotFound("There is no such ticket.")
    return found


def ticket_moved_away(user: User, public_id: UUID, what: Undoable) -> Ticket:
    """Return a ticket that `user` moved, within UNDO_SECONDS, to take `what` back.

    It may have left their sight by that, so nothing of it is to be shown. Raises
    NotFound, also where `what` is anything but the move.
    """
    if what != Undoable.QUEUE:
        raise NotFound("There is no such ticket.")
    moves = TicketEvent.objects.filter(
        ticket__public_id=public_id,
        actor=user,
        data__has_key=Undoable.QUEUE.value,
        effective_at__gte=Now() - timedelta(seconds=UNDO_SECONDS),
    )
    newest = moves.select_related("ticket").order_by("-id").first()
    if newest is None:
        raise NotFound("There is no such ticket.")
    return newest.ticket


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader had before them: the key to whether a change is stale."""

    version: int
    inbound: int
    reply: int
    outside: int = 0  # the newest answer of ours made outside the desk

    @classmethod
    def of(cls, ticket: Ticket) -> "Seen":
        """Read what is newest now: one statement."""
        answers = Reply.objects.filter(ticket=ticket)
        kept = answers.exclude(delivery__state=State.CANCELLED)
        newest = kept.aggregate(id=Max("id"))["id"]
        return cls.with_newest(ticket, newest)

    @classmethod
    def with_newest(cls, ticket: Ticket, reply: int | None) -> "Seen":
        """What is to be seen of `ticket`, whose newest answer is known."""
        return cls(
            ticket.version,
            max(ticket.last_inbound_id or 0, ticket.last_heard or 0),
            reply or 0,
            ticket.last_outside_id or 0,
        )

    def misses(self, now: "Seen") -> tuple[bool, bool]:
        """Whether the author wrote since, and whether we answered since."""
        return (
            now.inbound > self.inbound,
            now.reply > self.reply or now.outside > self.outside,
        )

    @classmethod
    def parse(cls, tag: str) -> "Seen | None":
        """Read a tag that `str()` made; None for anything else."""
        parts = tag.strip('"').split(".")
        if len(parts) != 4 or not all(
            part.isascii() and part.isdigit() for part in parts
        ):
            return None
        return cls(*map(int, parts))

    def __str__(self) -> str:
        return f'"{self.version}.{self.inbound}.{self.reply}.{self.outside}"'
