"""Alarms as they ring or rang, whom they were told to, and the list they go along."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from conversations.models.bulk import fetch
from webcare.exceptions import NotFound
from webcare.models import Alarm, OnCall, Ticket, User
from webcare.queries.pages import Listing, Mark, Order, Page, read_page
from webcare.queries.people import called
from webcare.queries.sight import visible, visible_tickets

BY_TIME = Order("a.raised_at", descending=True)
MOST_CALLS = 20  # of one alarm, the newest


class AlarmRow(NamedTuple):
    """One alarm; `calls` are its newest, `rings` whether nobody has heard it yet."""

    raised_at: datetime
    pk: int
    id: UUID
    ticket: UUID
    number: int
    step: int
    next_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    acknowledged_by_name: str | None
    calls: list[dict[str, Any]]


_COLUMNS = f"""a.public_id, k.public_id, k.id, a.step, a.next_at, a.acknowledged_at,
    coalesce(u.public_id, o.public_id), coalesce({called("u")}, o.name),
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'to', name, 'by', by, 'step', step, 'called_at', called_at,
                'state', state, 'failure', failure)
                ORDER BY call DESC), '[]')
       FROM (SELECT c.id AS call, p.name, c.by, c.step, c.called_at,
                    coalesce(m.state, c.state) AS state,
                    coalesce(m.failure, c.failure) AS failure
               FROM webcare_alarmcall c
               JOIN webcare_oncall p ON p.id = c.on_call_id
               LEFT JOIN webcare_mail m ON m.id = c.mail_id
              WHERE c.alarm_id = a.id ORDER BY c.id DESC LIMIT {MOST_CALLS}) AS made)"""
_SOURCE = """webcare_alarm a
    JOIN webcare_ticket k ON k.id = a.ticket_id
    LEFT JOIN webcare_user u ON u.id = a.acknowledged_by_id
    LEFT JOIN webcare_oncall o ON o.id = a.acknowledged_on_call_id"""


_TOLD = """EXISTS (
    SELECT FROM webcare_alarmcall c JOIN webcare_oncall p ON p.id = c.on_call_id
     WHERE c.alarm_id = a.id AND p.user_id = %(told)s)"""


def alarm_page(
    user: User,
    mark: Mark | None,
    limit: int,
    *,
    rings: bool | None = None,
    told: bool | None = None,
) -> tuple[list[AlarmRow], Page]:
    """Return a page of the alarms on tickets that `user` may see, the newest first.

    `rings` leaves only those that still ring, or only the others; `told` those that
    `user` was told of as one on call, or only the others. One statement beside
    the one for rights.
    """
    seen, values = visible(user)
    where = [seen]
    if rings is not None:
        where.append(f"a.acknowledged_at IS {'' if rings else 'NOT '}NULL")
    if told is not None:
        where.append(f"{'' if told else 'NOT '}{_TOLD}")
        values["told"] = user.pk
    page = read_page(
        Listing(_COLUMNS, _SOURCE, "a.id", where, values), BY_TIME, mark, limit
    )
    return [_row(row) for row in page.rows], page


def alarm_row(alarm: Alarm) -> AlarmRow:
    """Return one alarm, read afresh, in the shape of the list."""
    listing = Listing(_COLUMNS, _SOURCE, "a.id", ["a.id = %(of)s"], {"of": alarm.pk})
    return _row(read_page(listing, BY_TIME, None, 1).rows[0])


def _row(row: tuple[Any, ...]) -> AlarmRow:
    *plain, calls = row
    return AlarmRow._make((*plain, json.loads(calls)))


def ringing_alarm(ticket: Ticket) -> Alarm | None:
    """Return the alarm that rings for a ticket: there is one at most."""
    rings = Alarm.objects.select_related("ticket")
    return rings.filter(ticket=ticket, acknowledged_at=None).first()


def alarm_for(user: User, public_id: UUID) -> Alarm:
    """Return an alarm on a ticket that `user` may see. Raises NotFound."""
    found = (
        Alarm.objects.select_related("ticket")
        .filter(public_id=public_id, ticket__in=visible_tickets(user))
        .first()
    )
    if found is None:
        raise NotFound("There is no such alarm.")
    return found


def named_by_link(digest: bytes) -> tuple[int, int]:
    """Return how many alarms a letter named, and how many of them still ring."""
    [(named, ring)] = fetch(
        """SELECT count(*), count(*) FILTER (WHERE a.acknowledged_at IS NULL)
             FROM webcare_alarmcall c JOIN webcare_alarm a ON a.id = c.alarm_id
            WHERE c.digest = %s AND c.called_at > now() - interval '1 day'""",
        [digest],
    )
    return named, ring


def on_call_list() -> QuerySet[OnCall]:
    return OnCall.objects.select_related("user").order_by("position")


def on_call_for(public_id: UUID) -> OnCall:
    """Raises NotFound."""
    found = on_call_list().filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is nobody like that on the list.")
    return found


def alarms_due(*, for_seconds: float = 0) -> Collection[tuple[int, ...]]:
    """Tell whether the next on call should have been told so long ago."""
    [[is_due]] = fetch(
        """SELECT EXISTS (
             SELECT FROM webcare_alarm a
              WHERE a.acknowledged_at IS NULL
                AND a.next_at <= statement_timestamp() - make_interval(secs => %s)
                AND NOT EXISTS (
                    SELECT FROM conversations_work w
                     WHERE w.stage = 'alarm' AND w.subject_id = a.id))""",
        [for_seconds],
    )
    return [()] if is_due else []


def letters_due(*, for_seconds: float = 0) -> Collection[tuple[int, ...]]:
    """Tell whether a letter, or an alarm's call, should have left so long ago."""
    [[is_due]] = fetch(
        """SELECT EXISTS (
             SELECT FROM webcare_mail
              WHERE state IN ('waiting', 'sending')
                AND due_at <= statement_timestamp() - make_interval(secs => %(since)s))
            OR EXISTS (
             SELECT FROM webcare_alarmcall
              WHERE by = 'webhook' AND state IN ('waiting', 'sending')
                AND due_at <= statement_timestamp() - make_interval(secs => %(since)s))
        """,
        {"since": for_seconds},
    )
    return [()] if is_due else []
