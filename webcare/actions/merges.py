"""Tickets put together, and taken apart again: nobody outside is told.

Messages move; turns, clocks and answers stay with the ticket they began on, so that no
figure of a turn is changed by a merge.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch, ids
from conversations.queries.clock import database_now
from webcare.actions import clocks, standing
from webcare.actions.log import record
from webcare.actions.tickets import touched
from webcare.domain.lifecycle import (
    LIVE,
    Act,
    Status,
    needed_for,
    not_live,
    require_act,
)
from webcare.domain.outcomes import Priority, Resolution
from webcare.exceptions import Invalid, TicketChanged
from webcare.models import Merge, Ticket, TicketEvent, TicketMessage, User
from webcare.queries.people import require

Kind = TicketEvent.Kind
_PARKED = LIVE - {Status.NEW, Status.OPEN}


@transaction.atomic
def merge_ticket(
    *, source: Ticket, target: Ticket, user: User, even_if_other_author: bool = False
) -> Ticket:
    """Let `target` go on with the messages of `source`, which closes as a duplicate.

    Two people's tickets stay separate unless `even_if_other_author` says otherwise: an
    answer to one would count as an answer to the other. A danger makes the target one;
    a parked target that now has somebody waiting is open. Of two merges in opposite
    directions at once, one is done. Returns the target.

    Raises NotAllowed, Invalid, InvalidMove for a source and TicketChanged for a target
    that is not live, or was merged itself.
    """
    for ticket in (source, target):
        require(user, needed_for(Act.MERGE), ticket.queue_id)
    if source.pk == target.pk:
        raise Invalid(into=_("A ticket cannot be merged into itself."))
    if source.author_id != target.author_id and not even_if_other_author:
        raise Invalid(
            even_if_other_author=_(
                "These are of two authors: an answer to one would count for both. "
                "Send true to merge them all the same, or link them."
            )
        )
    locked = standing.lock([source.pk, target.pk])
    source, target = locked[source.pk], locked[target.pk]
    _require_standing(source)
    _require_standing(target)
    require_act(Act.MERGE, source.status)
    if target.status not in LIVE:
        raise TicketChanged(not_live(target.status))
    now = database_now()
    _join(source, target, user, now)
    _take_over(source, target)
    _tell_merged(source, target, user, now)
    clocks.follow([target.pk])
    target.refresh_from_db()
    return target


@transaction.atomic
def merge_tickets(
    *,
    sources: Sequence[Ticket],
    target: Ticket,
    user: User,
    even_if_other_author: bool = False,
) -> Ticket:
    """Merge several into one: all of them, or none. Raises as `merge_ticket` does."""
    standing.lock([target.pk, *(source.pk for source in sources)])
    for source in sources:
        target = merge_ticket(
            source=source,
            target=target,
            user=user,
            even_if_other_author=even_if_other_author,
        )
    return target


@transaction.atomic
def unmerge_ticket(*, source: Ticket, user: User) -> Ticket:
    """Undo the merge of `source`: it is what it was, with the messages of its own.

    With them come those that arrived for it meanwhile (it is open then, as it is where
    the colleague whom it waited for has answered), and those of tickets that had been
    merged into it; what somebody split off since stays where it is. A danger that its
    target became, and a target that was opened, stay so.

    Raises NotAllowed, and TicketChanged when it is not merged (any more).
    """
    require(user, needed_for(Act.UNMERGE), source.queue_id)
    into = source.merged_into_id
    if into is None:
        raise TicketChanged(_("This ticket is not merged."))
    locked = standing.lock([source.pk, into])
    source, target = locked[source.pk], locked[into]
    require(user, needed_for(Act.UNMERGE), target.queue_id)
    if source.merged_into_id != into:
        raise TicketChanged(_("Someone else changed this ticket: look at it again."))
    require_act(Act.UNMERGE, source.status)
    now = database_now()
    merge = Merge.objects.get(source=source, undone_at=None)
    Merge.objects.filter(pk=merge.pk).update(undone_at=now, undone_by=user)
    _part(source, target, merge)
    _tell_unmerged(source, target, user, now)
    clocks.follow([source.pk, target.pk])
    return source


def _require_standing(ticket: Ticket) -> None:
    if ticket.merged_into_id:
        raise TicketChanged(
            _("Ticket #%(number)d was merged into #%(into)d: look at that one.")
            % {"number": ticket.pk, "into": ticket.merged_into_id}
        )


def _join(source: Ticket, target: Ticket, user: User, now: datetime) -> None:
    Merge.objects.create(
        source=source,
        target=target,
        by=user,
        at=now,
        status_was=source.status,
        snoozed_until_was=source.snoozed_until,
    )
    Ticket.objects.filter(pk=source.pk).update(
        status=Status.CLOSED,
        resolution=Resolution.DUPLICATE,
        resolved_at=now,
        snoozed_until=None,
        merged_into=target,
        **touched(),
    )
    # Whatever had gone into the source is worked on in the target now.
    Ticket.objects.filter(merged_into=source).update(merged_into=target, **touched())
    TicketMessage.objects.filter(ticket=source).update(ticket=target)


def _take_over(source: Ticket, target: Ticket) -> None:
    """What the target is, now that the source's messages are its own."""
    standing.show_anew([target.pk])
    shown = Ticket.objects.filter(pk=target.pk)
    # Nobody waits less long because the other had an answer.
    since = [t.waiting_since for t in (source, target) if t.waiting_since]
    if since:
        shown.update(waiting_since=Least("waiting_since", min(since)))
    if source.is_danger and not target.is_danger:
        shown.update(is_danger=True, priority=Priority.URGENT)
    shown.filter(status__in=_PARKED, waiting_since__isnull=False).update(
        status=Status.OPEN, snoozed_until=None
    )


def _tell_merged(source: Ticket, target: Ticket, user: User, now: datetime) -> None:
    was, is_now = target, Ticket.objects.get(pk=target.pk)
    changed = {
        name: getattr(is_now, name)
        for name in ("status", "priority")
        if getattr(is_now, name) != getattr(was, name)
    }
    record(target, Kind.MERGED, at=now, actor=user, source=source.pk, **changed)
    record(
        source,
        Kind.MERGED,
        at=now,
        actor=user,
        into=target.pk,
        status=Status.CLOSED.value,
        was=source.status,
    )


def _part(source: Ticket, target: Ticket, merge: Merge) -> None:
    family = _family(source)
    Ticket.objects.filter(pk__in=family).exclude(pk=source.pk).update(
        merged_into=source, **touched()
    )
    # An author may have a newer ticket by now: of those made by messages only one is
    # live.
    origin = source.origin
    Ticket.objects.filter(pk=source.pk).update(
        status=merge.status_was,
        snoozed_until=merge.snoozed_until_was,
        merged_into=None,
        resolved_at=None,
        resolution="",
        resolution_reason="",
        resolution_note="",
        origin=Ticket.Origin.UNMERGE if origin == Ticket.Origin.MESSAGE else origin,
        **touched(),
    )
    fetch(
        """UPDATE webcare_ticketmessage SET ticket_id = %s
            WHERE ticket_id = %s
              AND coalesce(split_ticket_id, origin_ticket_id) = ANY(%s)""",
        [source.pk, target.pk, family],
    )
    standing.show_anew([source.pk, target.pk])
    Ticket.objects.filter(
        Q(last_inbound__received_at__gt=merge.at)
        | Q(status=Status.ON_HOLD, consultations__answered_at__gt=merge.at),
        pk=source.pk,
        status__in=_PARKED,
    ).update(status=Status.OPEN, snoozed_until=None)


def _family(source: Ticket) -> list[int]:
    """The ticket, and all that is merged into it, directly or through others."""
    return ids(
        fetch(
            """WITH RECURSIVE family AS (
                 SELECT %s::bigint AS id
                  UNION
                 SELECT m.source_id FROM webcare_merge m
                   JOIN family ON m.target_id = family.id
                  WHERE m.undone_at IS NULL)
               SELECT id FROM family""",
            [source.pk],
        )
    )


def _tell_unmerged(source: Ticket, target: Ticket, user: User, now: datetime) -> None:
    source.refresh_from_db()
    record(target, Kind.UNMERGED, at=now, actor=user, source=source.pk)
    record(
        source,
        Kind.UNMERGED,
        at=now,
        actor=user,
        target=target.pk,
        status=source.status,
    )
