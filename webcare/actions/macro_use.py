"""A macro on a ticket: shown first, then done at once with all that belongs to it."""

from contextlib import suppress
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.actions import gate
from conversations.models.bulk import insert
from conversations.queries.clock import database_now
from webcare.actions import fields, parking, priority, tags, tickets
from webcare.actions.loads import hold
from webcare.actions.log import record
from webcare.actions.replies import send_reply
from webcare.domain import macros as texts
from webcare.domain.initials import signed
from webcare.domain.lifecycle import Status
from webcare.domain.macros import Wording
from webcare.domain.outcomes import Priority
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, KeyReused, NotFound
from webcare.models import Approval, Macro, MacroUse, Reply, Ticket, TicketEvent, User
from webcare.queries.macros import AgentIs, macro_for, values_of
from webcare.queries.people import require
from webcare.queries.tickets import Seen

PARKED = frozenset({Status.PENDING, Status.ON_HOLD, Status.SNOOZED})


class Preview(NamedTuple):
    """What a macro says on a ticket: filled in, but not signed yet.

    `missing` are the variables that nothing is known for; they stand in the text as
    they were written. `length` counts the initials, as `limit` of the channel does.
    """

    text: str
    wording: Wording | None  # None where no text suits the ticket
    missing: list[str]
    length: int
    limit: int

    @property
    def is_too_long(self) -> bool:
        return self.length > self.limit


def preview(*, ticket: Ticket, user: User, macro: Macro) -> Preview:
    """Fill in the text that suits the ticket best. Nothing changes.

    Raises NotAllowed.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    wordings = [
        Wording(one.channel_id, one.language, one.text) for one in macro.texts.all()
    ]
    limit = ticket.channel.text_limit
    wording = texts.choose(wordings, ticket.channel_id, ticket.language)
    if wording is None:
        return Preview("", None, [], 0, limit)
    values = values_of(
        ticket,
        user,
        texts.fields_in(wording.text),
        wording.language or ticket.language,
    )
    text, missing = texts.fill(wording.text, values)
    length = gate.length(signed(text, user.initials), ticket.channel.counting)
    return Preview(text, wording, missing, length, limit)


@transaction.atomic
def apply_macro(*, ticket: Ticket, user: User, macro: Macro, key: str) -> Preview:
    """Make the changes of a macro, all or none, and return its text to go on with.

    The same `key` on a ticket is the same use, however often it comes. Where there is
    a text, the status waits for the answer that is made of it: an answer to a ticket
    that is resolved already would not be one. Raises what each change raises, among
    them NotAllowed, Invalid, DangerStands and TicketChanged.
    """
    shown = preview(ticket=ticket, user=user, macro=macro)
    if _begin(ticket, user, macro, key):
        _change(ticket, user, macro)
        if not shown.text:
            _move(ticket, user, macro)
        _hand_on(ticket, user, macro)
        _count(ticket, user, macro)
    return shown


@transaction.atomic
def send_macro(
    *, ticket: Ticket, user: User, macro: Macro, key: str, seen: Seen | None = None
) -> tuple[Preview, Reply | Approval]:
    """Make the changes of a macro and send its text as an answer, all or none.

    `key` and `seen` are as for `send_reply`, which decides all that an answer asks
    for. A text with a gap is not sent. Raises what `apply_macro` and it raise.
    """
    shown = preview(ticket=ticket, user=user, macro=macro)
    is_first = _begin(ticket, user, macro, key)
    if is_first:
        _require_whole(shown)
        _change(ticket, user, macro)
    said = send_reply(
        ticket=ticket,
        user=user,
        text=shown.text,
        client_key=key,
        seen=seen,
        then=Status(macro.then) if macro.then else Status.PENDING,
    )
    if is_first:
        ticket.refresh_from_db()
        _hand_on(ticket, user, macro)
        _count(ticket, user, macro)
    return shown, said


@transaction.atomic
def count_use(*, ticket: Ticket, user: User, macro: UUID, key: str) -> None:
    """Count that the text of a macro went into the answer of this `key`, once.

    What the macro changes is not done. One that is gone meanwhile counts nothing.
    """
    with suppress(NotFound, KeyReused):
        found = macro_for(user, macro)
        if _begin(ticket, user, found, key):
            _count(ticket, user, found)


def hold_hands(macro: Macro, user: User) -> None:
    """Hold the hands that a macro gives tickets to still: before any ticket is locked.

    Belongs in a transaction.
    """
    if macro.agent_is in {AgentIs.ME, AgentIs.OTHER}:
        hold([macro.agent_id or user.pk])


def _begin(ticket: Ticket, user: User, macro: Macro, key: str) -> bool:
    """Hold the ticket still, after the hands it goes to; whether this is a new use.

    Raises KeyReused where the key is that of another macro, or of somebody else's use.
    """
    hold_hands(macro, user)
    Ticket.objects.select_for_update(no_key=True).only("pk").get(pk=ticket.pk)
    ticket.refresh_from_db()
    row = {"macro": macro.pk, "ticket": ticket.pk, "user": user.pk, "key": key}
    made = insert(
        MacroUse, [row], conflict="ON CONFLICT DO NOTHING", returning="macro_id"
    )
    if not made and not MacroUse.objects.filter(**row).exists():
        raise KeyReused
    return bool(made)


def _require_whole(shown: Preview) -> None:
    if shown.wording is None:
        raise Invalid(
            macro=_("This macro has no text for the ticket's channel and language.")
        )
    if shown.missing:
        names = {"names": ", ".join(shown.missing)}
        raise Invalid(
            macro=_("Nothing is known to fill in %(names)s: write it yourself.") % names
        )


def _change(ticket: Ticket, user: User, macro: Macro) -> None:
    """What can only be done to a ticket that is live."""
    if macro.topic and macro.topic_id != ticket.topic_id:
        tickets.classify_ticket(ticket=ticket, user=user, topic=macro.topic)
    if macro.answers:
        fields.answer_fields(ticket=ticket, user=user, given=macro.answers)
    if add := list(macro.tags.all()):
        tags.tag_ticket(ticket=ticket, user=user, add=add)
    if macro.priority and macro.priority != ticket.priority:
        priority.set_priority(
            ticket=ticket,
            user=user,
            priority=Priority(macro.priority),
            reason=macro.name,
        )


def _move(ticket: Ticket, user: User, macro: Macro) -> None:
    if macro.then == Status.PENDING:
        parking.park_ticket(ticket=ticket, user=user, status=Status.PENDING)
    elif macro.then == Status.RESOLVED:
        tickets.resolve_ticket(ticket=ticket, user=user)
    elif macro.then == Status.OPEN and ticket.status in PARKED:
        parking.resume_ticket(ticket=ticket, user=user)


def _hand_on(ticket: Ticket, user: User, macro: Macro) -> None:
    """Last, since the ticket may be in other hands, or out of sight, then."""
    if macro.queue:
        tickets.route_ticket(ticket=ticket, user=user, queue=macro.queue)
    if macro.agent_is == AgentIs.ME:
        tickets.claim_ticket(ticket=ticket, user=user)
    elif macro.agent_is == AgentIs.NONE:
        tickets.release_ticket(ticket=ticket, user=user)
    elif macro.agent and macro.agent_id != ticket.agent_id:
        tickets.assign_ticket(ticket=ticket, user=user, agent=macro.agent)


def _count(ticket: Ticket, user: User, macro: Macro) -> None:
    name = str(macro.public_id)
    kind = TicketEvent.Kind.MACRO_APPLIED
    record(ticket, kind, at=database_now(), actor=user, macro=name)
    Macro.objects.filter(pk=macro.pk).update(
        usage_count=F("usage_count") + 1, last_used_at=Now()
    )
