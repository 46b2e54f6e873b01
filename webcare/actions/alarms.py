"""Danger: an alarm rings along the on-call list until somebody acknowledges it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.actions import batches
from conversations.models.bulk import fetch, ids
from conversations.queries.clock import database_now
from webcare.actions.log import Line, record, record_many
from webcare.domain.links import digest_of
from webcare.domain.permissions import Permission
from webcare.exceptions import NotFound
from webcare.models import Alarm, AlarmCall, TicketEvent, User
from webcare.queries.people import require

Kind = TicketEvent.Kind
RING = "alarm"  # the stage that tells people
LINK_LASTS = timedelta(days=1)


def raise_alarms(tickets: Sequence[int]) -> None:
    """Let an alarm ring for each of these tickets where none rings already.

    Belongs in the transaction that learned of the danger; three statements, none for
    no tickets. Danger after an alarm was acknowledged is a new alarm.
    """
    if not tickets:
        return
    raised = fetch(
        """INSERT INTO webcare_alarm (ticket_id)
           SELECT ticket FROM unnest(%s::bigint[]) AS given(ticket)
               ON CONFLICT (ticket_id) WHERE acknowledged_at IS NULL DO NOTHING
        RETURNING id, ticket_id, public_id::text, raised_at""",
        [sorted(set(tickets))],
    )
    record_many(
        [
            Line(ticket, Kind.ALARM_RAISED, at, {"alarm": public_id})
            for _pk, ticket, public_id, at in raised
        ],
        cause="danger",
    )
    batches.enqueue(RING, ids(raised))


@transaction.atomic
def acknowledge(*, alarm: Alarm, user: User) -> Alarm:
    """Say that somebody is on it: nobody else is told; doing so twice is no change.

    Raises NotAllowed for who may not do so in the ticket's queue.
    """
    require(user, Permission.ACKNOWLEDGE_ALARMS, alarm.ticket.queue_id)
    if _stop(alarm.pk, acknowledged_by=user):
        record(
            alarm.ticket,
            Kind.ALARM_ACKNOWLEDGED,
            at=database_now(),
            actor=user,
            alarm=str(alarm.public_id),
        )
    alarm.refresh_from_db()
    return alarm


@transaction.atomic
def acknowledge_by_link(*, key: str) -> int:
    """Acknowledge all that one letter named, for somebody without an account.

    Returns how many alarms the letter is about. Raises NotFound for a link that is
    none of ours, or that ended a day after its letter.
    """
    calls = (
        AlarmCall.objects.select_related("alarm__ticket", "on_call")
        .filter(digest=digest_of(key), called_at__gt=Now() - LINK_LASTS)
        .order_by("alarm_id")
    )
    if not (found := list(calls)):
        raise NotFound(_("This link has ended."))
    for call in found:
        if _stop(call.alarm_id, acknowledged_on_call=call.on_call):
            record(
                call.alarm.ticket,
                Kind.ALARM_ACKNOWLEDGED,
                at=database_now(),
                cause="link",
                alarm=str(call.alarm.public_id),
                on_call=str(call.on_call.public_id),
            )
    return len(found)


def _stop(alarm: int, **by: Any) -> bool:
    return bool(
        Alarm.objects.filter(pk=alarm, acknowledged_at=None).update(
            acknowledged_at=Now(), next_at=None, **by
        )
    )
