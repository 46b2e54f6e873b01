"""The ends of a ticket after it is resolved: taken back, or closed for good."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import clocks, outcomes, turns
from webcare.actions.log import Line, record, record_many
from webcare.actions.threads import lock_threads
from webcare.actions.tickets import ENDLESS, has_live_twin, move, touched
from webcare.domain.lifecycle import (
    UNDO_SECONDS,
    USUAL_REOPEN_HOURS,
    Act,
    Cause,
    Status,
    needed_for,
    reopens_until,
    require_act,
)
from webcare.exceptions import TicketChanged
from webcare.models import Ticket, TicketEvent, User
from webcare.queries.people import require

Kind = TicketEvent.Kind
BATCH = 500
# These leave a ticket as it is.
NO_NEWS = (
    *(Kind.FOLLOWED, Kind.UNFOLLOWED, Kind.RULE_RAN),
    *(Kind.PROMISED, Kind.WARNED, Kind.BREACHED),
)
# What was posted in time may come late: until then it still finds its ticket.
LATE_MINUTES = 5


@transaction.atomic
def undo_resolve(*, ticket: Ticket, user: User) -> Ticket:
    """Take back one's own resolving, within UNDO_SECONDS, as if it had not been.

    Status, agent, the turn that was left and every clock are as they were. Raises
    NotAllowed, InvalidMove, and TicketChanged when it was another's, is too long
    ago, or something has happened since.
    """
    require(user, needed_for(Act.UNDO_RESOLVE), ticket.queue_id)
    lock_threads([ticket.thread_id])
    locked = Ticket.objects.select_for_update(of=["self"]).get(pk=ticket.pk)
    require_act(Act.UNDO_RESOLVE, locked.status)
    now = database_now()
    was = _own_resolve(locked, user, now)
    turns.take_up(was["turns"])
    outcomes.undone([locked.pk])
    Ticket.objects.filter(pk=locked.pk).update(
        status=was["status"],
        **{name: was[name] for name in ("snoozed_until", "waiting_since", "due_at")},
        **ENDLESS,
        **touched(),
    )
    record(
        ticket, Kind.UNDONE, at=now, actor=user, what="resolve", status=was["status"]
    )
    clocks.follow([ticket.pk])
    ticket.refresh_from_db()
    return ticket


@transaction.atomic
def close_ticket(*, ticket: Ticket, user: User) -> Ticket:
    """Close a resolved ticket for good, once its reopen window is over.

    Raises NotAllowed, InvalidMove, and TicketChanged while its author can still
    reopen it.
    """
    require(user, needed_for(Act.CLOSE), ticket.queue_id)
    require_act(Act.CLOSE, ticket.status)
    assert ticket.resolved_at is not None  # the database sees to it
    queue = ticket.queue
    hours = queue.reopen_window_hours if queue else USUAL_REOPEN_HOURS
    until, now = reopens_until(ticket.resolved_at, hours), database_now()
    if now <= until:
        raise TicketChanged(
            _("Its author can still reopen this ticket, until %(moment)s.")
            % {"moment": until.isoformat(timespec="seconds")}
        )
    move(ticket, Status.CLOSED)
    record(ticket, Kind.CLOSED, at=now, actor=user, status=Status.CLOSED.value)
    ticket.refresh_from_db()
    return ticket


def close_due() -> int:
    """Close the tickets whose reopen window is over; returns how many.

    Each batch is a transaction of its own.
    """
    closed = 0
    while count := _close_some():
        closed += count
    return closed


def _own_resolve(ticket: Ticket, user: User, now: datetime) -> dict[str, Any]:
    """What the ticket was, by the line of its resolving: the newest one there is."""
    happened = TicketEvent.objects.filter(ticket=ticket).exclude(kind__in=NO_NEWS)
    last = happened.order_by("-id").first()
    if last is None or last.kind != Kind.RESOLVED:
        raise TicketChanged(_("Something has happened since: reopen it instead."))
    if last.actor_id != user.pk:
        raise TicketChanged(_("Somebody else resolved this ticket: reopen it instead."))
    if "was" not in last.data:
        raise TicketChanged(_("It was resolved by an answer: take the answer back."))
    if now > last.effective_at + timedelta(seconds=UNDO_SECONDS):
        raise TicketChanged(_("That is too long ago: reopen it instead."))
    if has_live_twin(ticket):
        raise TicketChanged(_("This author has a newer ticket in the same thread."))
    was: dict[str, Any] = last.data["was"]
    return was


@transaction.atomic
def _close_some() -> int:
    closed = fetch(
        f"""WITH due AS (
             SELECT k.id, k.over_at FROM webcare_queue q
              CROSS JOIN LATERAL (
                  SELECT id, resolved_at
                         + make_interval(hours => q.reopen_window_hours) AS over_at
                    FROM webcare_ticket
                   WHERE status = 'resolved' AND queue_id = q.id
                     AND resolved_at < statement_timestamp() - make_interval(
                             hours => q.reopen_window_hours, mins => {LATE_MINUTES})
                   ORDER BY resolved_at LIMIT %(most)s) AS k
              UNION ALL
             (SELECT id, resolved_at + make_interval(hours => {USUAL_REOPEN_HOURS})
                FROM webcare_ticket
               WHERE status = 'resolved' AND queue_id IS NULL
                 AND resolved_at < statement_timestamp() - make_interval(
                         hours => {USUAL_REOPEN_HOURS}, mins => {LATE_MINUTES})
               ORDER BY resolved_at LIMIT %(most)s)
              LIMIT %(most)s
           ), ours AS (
             SELECT k.id, due.over_at FROM webcare_ticket k JOIN due USING (id)
              WHERE k.status = 'resolved' AND k.resolved_at < due.over_at
              ORDER BY k.id FOR NO KEY UPDATE OF k SKIP LOCKED)
           UPDATE webcare_ticket k
              SET status = 'closed', changed_at = now(), version = version + 1
             FROM ours WHERE k.id = ours.id
        RETURNING k.id, ours.over_at""",
        {"most": BATCH},
    )
    facts = {"status": Status.CLOSED.value}
    record_many(
        [Line(pk, Kind.CLOSED, over_at, facts) for pk, over_at in sorted(closed)],
        cause=Cause.TIMER,
    )
    return len(closed)
