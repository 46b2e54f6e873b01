"""Whom an alarm is told to, and how: a page on the desk, a letter, a call of a webhook.

The agents' quiet hours are not asked: danger does not keep them.
"""

import json
import secrets
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

import structlog
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.actions import batches, calls
from conversations.exceptions import DeliveryError
from conversations.models.bulk import fetch, ids, insert
from webcare.actions.alarms import RING
from webcare.actions.log import Line, record_many
from webcare.actions.mails import queue_mail, wait_after
from webcare.domain.links import digest_of, new_key
from webcare.models import AlarmCall, TicketEvent

log = structlog.get_logger(__name__)

NAMED_IN_LETTER = 20  # tickets; a flood's others are counted
NOBODY_WAITS = 60  # seconds until an empty list is looked at again
MAX_ATTEMPTS = 6
SHIFT_SECONDS = 8  # and one call more: well within the time limit of a task
PATIENCE_SECONDS = 30  # a call ends by itself well before this
SWEEP = 500


class Ring(NamedTuple):
    """One alarm that rings now, and who of the list it rings for."""

    alarm: int
    alarm_id: str
    ticket: int
    step: int
    on_call: int
    on_call_id: str
    user: int | None
    email: str
    webhook_url: str
    language: str
    at: datetime


def ring(alarm_ids: list[int]) -> None:
    """Tell the next one on call of each of these alarms that is due and not yet heard.

    One letter names all tickets that ring for the same person at once. The next of the
    list is due when this one's time is over; after the last the first comes again.
    """
    rings = _advance(alarm_ids)
    letters = _write_letters(rings)
    rows = [row for one in rings for row in _ways(one, letters.get(one.on_call))]
    insert(AlarmCall, rows)
    record_many(
        [
            Line(
                one.ticket,
                TicketEvent.Kind.ALARM_SENT,
                one.at,
                {"alarm": one.alarm_id, "step": one.step, "on_call": one.on_call_id},
            )
            for one in rings
        ],
        cause="alarm",
    )
    _page(rings)


STAGE = batches.Stage(RING, ring)


def ring_again() -> None:
    """Let alarms that nobody acknowledged within their time ring for the next one."""
    rows = fetch(
        """SELECT id FROM webcare_alarm
            WHERE acknowledged_at IS NULL AND next_at <= statement_timestamp()
            ORDER BY next_at LIMIT %s""",
        [SWEEP],
    )
    batches.enqueue(STAGE.name, ids(rows))


def call_webhooks() -> int:
    """Call the webhooks that are due; returns how many calls were made.

    At least once, under the same `webhook-id`. Whoever answers anything but a 2xx is
    called again, for some minutes: by then the next of the list has been told.
    """
    ends_at = time.monotonic() + SHIFT_SECONDS
    count = 0
    while time.monotonic() < ends_at and (call := _claim()):
        count += 1
        try:
            answer = calls.post_signed(
                url=call.on_call.webhook_url,
                secrets=[call.on_call.secret],
                call_id=str(call.public_id),
                body=_payload(call),
            )
            reason = "" if answer.is_taken else f"status {answer.status}"
        except DeliveryError as error:
            reason = error.code
        _settle(call, reason)
    return count


def _advance(alarm_ids: Sequence[int]) -> list[Ring]:
    """Move each due alarm one place on, and return who has that place."""
    rows = fetch(
        """WITH due AS (
             SELECT id, step FROM webcare_alarm
              WHERE id = ANY(%(alarms)s) AND acknowledged_at IS NULL
                AND next_at <= statement_timestamp()
              ORDER BY id FOR UPDATE
           ), people AS (
             SELECT *, row_number() OVER (ORDER BY position) - 1 AS place,
                    count(*) OVER () AS many
               FROM webcare_oncall WHERE is_active
           ), called AS (
             SELECT due.id AS alarm, p.* FROM due JOIN people p
                 ON p.place = due.step %% p.many
           ), moved AS (
             UPDATE webcare_alarm a
                SET step = a.step + (c.alarm IS NOT NULL)::int,
                    next_at = statement_timestamp() + coalesce(
                        make_interval(mins => c.wait_minutes),
                        make_interval(secs => %(nobody)s))
               FROM due LEFT JOIN called c ON c.alarm = due.id
              WHERE a.id = due.id
          RETURNING a.id, a.public_id, a.ticket_id, due.step)
           SELECT m.id, m.public_id::text, m.ticket_id, m.step, c.id,
                  c.public_id::text, c.user_id, c.email, c.webhook_url, c.language,
                  statement_timestamp()
             FROM moved m JOIN called c ON c.alarm = m.id ORDER BY m.id""",
        {"alarms": list(alarm_ids), "nobody": NOBODY_WAITS},
    )
    return [Ring(*row) for row in rows]


def _ways(one: Ring, letter: tuple[int, bytes] | None) -> list[dict[str, Any]]:
    """The rows for one alarm and one person: a row for each way to reach them."""
    mail, digest = letter or (None, None)
    by = {"page": one.user, "mail": mail, "webhook": one.webhook_url}
    return [
        {
            "public_id": uuid4(),
            "alarm": one.alarm,
            "step": one.step,
            "on_call": one.on_call,
            "by": way,
            "state": "sent" if way == "page" else "waiting",
            "mail": mail if way == "mail" else None,
            "digest": digest if way == "mail" else None,
        }
        for way, address in by.items()
        if address
    ]


def _page(rings: Sequence[Ring]) -> None:
    """Tell those who have an account on the desk itself."""
    paged = [one for one in rings if one.user]
    if paged:
        fetch(
            """INSERT INTO webcare_notification (user_id, ticket_id, kind, event_id)
               SELECT given.who, given.ticket, 'danger', max(e.id)
                 FROM unnest(%s::bigint[], %s::bigint[]) AS given(who, ticket)
                 JOIN webcare_ticketevent e
                   ON e.ticket_id = given.ticket AND e.kind = 'alarm_sent'
                GROUP BY given.who, given.ticket""",
            [[one.user for one in paged], [one.ticket for one in paged]],
        )


def _write_letters(rings: Sequence[Ring]) -> dict[int, tuple[int, bytes]]:
    """Write one letter to each person; returns it, and its link's digest, by person."""
    told: defaultdict[int, list[Ring]] = defaultdict(list)
    for one in rings:
        if one.email:
            told[one.on_call].append(one)
    return {on_call: _write_letter(ones) for on_call, ones in told.items()}


def _write_letter(rings: Sequence[Ring]) -> tuple[int, bytes]:
    key = new_key()
    with translation.override(rings[0].language):
        mail = queue_mail(
            to=rings[0].email,
            subject=ngettext(
                "Danger: %(n)d ticket needs somebody now",
                "Danger: %(n)d tickets need somebody now",
                len(rings),
            )
            % {"n": len(rings)},
            body=_letter(rings, f"{settings.PUBLIC_URL}/alarms/{key}"),
        )
    return mail.pk, digest_of(key)


def _letter(rings: Sequence[Ring], link: str) -> str:
    """Numbers and links only: what the customer wrote stays on the desk."""
    numbers = ", ".join(f"#{one.ticket}" for one in rings[:NAMED_IN_LETTER])
    more = len(rings) - NAMED_IN_LETTER
    if more > 0:
        numbers += " " + _("and %(n)d more") % {"n": more}
    return "\n\n".join(
        (
            _("Somebody speaks of danger: %(numbers)s.") % {"numbers": numbers},
            _("Say that you are on it, so that nobody else is woken:") + f"\n{link}",
            _("The desk:") + f"\n{settings.PUBLIC_URL}/",
        )
    )


def _claim() -> AlarmCall | None:
    claimed = fetch(
        """UPDATE webcare_alarmcall
              SET state = 'sending', attempts = attempts + 1, fence = %s,
                  due_at = statement_timestamp() + make_interval(secs => %s)
            WHERE id = (
                SELECT id FROM webcare_alarmcall
                 WHERE by = 'webhook' AND state IN ('waiting', 'sending')
                   AND due_at <= statement_timestamp()
                 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id""",
        [secrets.randbits(62), PATIENCE_SECONDS],
    )
    if not claimed:
        return None
    return AlarmCall.objects.select_related("on_call", "alarm__ticket").get(
        pk=claimed[0][0]
    )


def _payload(call: AlarmCall) -> bytes:
    ticket = call.alarm.ticket
    return json.dumps(
        {
            "type": "alarm.rings",
            "alarm": str(call.alarm.public_id),
            "step": call.step,
            "ticket": {
                "id": str(ticket.public_id),
                "number": ticket.number,
                "url": f"{settings.PUBLIC_URL}/tickets/{ticket.public_id}",
            },
        }
    ).encode()


def _settle(call: AlarmCall, reason: str) -> None:
    if reason:
        log.warning("alarm call failed", call=call.pk, reason=reason)
    again = bool(reason) and call.attempts < MAX_ATTEMPTS
    fetch(
        """UPDATE webcare_alarmcall
              SET state = %s, failure = %s,
                  settled_at = CASE WHEN %s THEN NULL ELSE statement_timestamp() END,
                  due_at = statement_timestamp() + make_interval(secs => %s)
            WHERE id = %s AND fence = %s AND state = 'sending'""",
        [
            "waiting" if again else ("failed" if reason else "sent"),
            reason,
            again,
            wait_after(call.attempts),
            call.pk,
            call.fence,
        ],
    )
