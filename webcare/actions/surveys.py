"""Ask people in private what they thought of it: seldom, and only where we may."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from conversations.actions import gate
from conversations.actions.delivery import Text, queue_private
from conversations.models import Channel, Message, Mode, Visibility
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.log import Line, record_many
from webcare.domain.links import digest_of, new_key
from webcare.domain.surveys import PATH, REST, TOO_LATE, Skipped, question_in, words_of
from webcare.models import TicketEvent
from webcare.queries.surveys import OVERTAKEN

BATCH = 200
# Looked at again so much later while a channel is paused or its platform refuses it.
LATER = timedelta(minutes=10)


class Due(NamedTuple):
    """One survey whose moment has come, and how everything stands for it."""

    id: int
    public_id: UUID
    ticket: int
    author: int
    language: str
    was_due_at: datetime
    is_on: bool
    question: str
    valid_days: int
    is_over: bool  # its ticket is as it was resolved, and its author asks nothing else
    is_danger: bool
    wants_peace: bool
    asked_lately: bool
    channel: int
    mode: str
    is_stopped: bool
    text_limit: int
    counting: str
    window_hours: int | None
    message: int | None  # the author's newest private message on the ticket
    thread: int | None
    said_at: datetime | None


class Asked(NamedTuple):
    """What becomes of one of them: asked with this text, put off, or left alone."""

    due: Due
    reason: Skipped | None = None
    until: datetime | None = None
    key: str = ""
    text: str = ""


def ask_due() -> int:
    """Ask whom it is time to ask, and end what nobody answered; returns how many.

    In batches, each a transaction of its own. Who cannot be asked is written down
    with the reason. A text that has not left for a question that is open again is
    taken back.
    """
    _take_back()
    _expire()
    count = 0
    while decided := _ask_some():
        count += decided
    return count


@transaction.atomic
def _ask_some() -> int:
    # One asks at a time: an author's second survey has to see the first.
    if not fetch("SELECT 1 WHERE pg_try_advisory_xact_lock(14, 0)", []):
        return 0
    now = database_now()
    due = [Due(*row) for row in fetch(_DUE, {"most": BATCH})]
    seen: set[int] = set()
    decided = [_decide(one, now, seen) for one in due]
    _write(decided, now)
    return len(decided)


def _decide(due: Due, now: datetime, seen: set[int]) -> Asked:
    """`seen` are the authors asked in this batch."""
    if reason := _reason(due, now, seen):
        return Asked(due, reason)
    if due.mode == Mode.PAUSED or due.is_stopped:
        return Asked(due, until=now + LATER)
    if due.mode != Mode.ENGAGE:
        return Asked(due, Skipped.NOT_SENDING)
    key = new_key()
    link = f"{settings.PUBLIC_URL}{PATH}{key}"
    text = words_of(question_in(due.language, due.question), due.language, link)
    if no := _refusal(due, text):
        closed = no == "window_closed"
        return Asked(due, Skipped.WINDOW_CLOSED if closed else Skipped.REFUSED)
    seen.add(due.author)
    return Asked(due, key=key, text=text)


def _reason(due: Due, now: datetime, seen: set[int]) -> Skipped | None:
    if not due.is_on:
        return Skipped.SWITCHED_OFF
    if not due.is_over:
        return Skipped.LIVE_AGAIN
    if due.is_danger:
        return Skipped.DANGER
    if due.wants_peace:
        return Skipped.WANTS_PEACE
    if due.message is None:
        return Skipped.NO_PRIVATE_WAY
    if due.asked_lately or due.author in seen:
        return Skipped.ASKED_LATELY
    if now > due.was_due_at + TOO_LATE:
        return Skipped.TOO_LATE
    return None


def _refusal(due: Due, text: str) -> str:
    """What the send gate says before the text is handed in."""
    assert due.said_at is not None  # of the message that is there
    channel = Channel(
        id=due.channel,
        mode=due.mode,
        text_limit=due.text_limit,
        counting=due.counting,
        private_window_hours=due.window_hours,
    )
    message = Message(
        id=due.message, visibility=Visibility.PRIVATE, posted_at=due.said_at
    )
    no = gate.refusal(channel=channel, text=text, in_reply_to=message)
    return no[0] if no else ""


def _write(decided: Sequence[Asked], now: datetime) -> None:
    asked = [one for one in decided if one.key]
    names = {one.due.id: uuid4() for one in asked}
    deliveries = queue_private(
        [
            Text(names[one.due.id], one.due.thread, one.due.message, one.text)
            for one in asked
            if one.due.thread and one.due.message
        ]
    )
    fetch(
        """UPDATE webcare_survey s
              SET state = CASE WHEN given.reason <> '' THEN 'skipped'
                               WHEN given.delivery IS NOT NULL THEN 'asked'
                               ELSE 'waiting' END,
                  reason = given.reason,
                  due_at = coalesce(given.until, s.due_at),
                  delivery_id = given.delivery, digest = given.digest,
                  asked_at = CASE WHEN given.delivery IS NOT NULL THEN %s END,
                  rests_until = CASE WHEN given.delivery IS NOT NULL THEN %s END
             FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[],
                         %s::bytea[]) AS given(id, reason, until, delivery, digest)
            WHERE s.id = given.id""",
        [
            now,
            now + REST,
            [one.due.id for one in decided],
            [one.reason.value if one.reason else "" for one in decided],
            [_until(one, now) for one in decided],
            [deliveries[names[o.due.id]] if o.key else None for o in decided],
            [digest_of(one.key) if one.key else None for one in decided],
        ],
    )
    kind = TicketEvent.Kind.SURVEY_ASKED
    record_many(
        [
            Line(one.due.ticket, kind, now, {"survey": str(one.due.public_id)})
            for one in asked
        ],
        cause="survey",
    )


def _until(one: Asked, now: datetime) -> datetime | None:
    """When it is looked at again: its answer's time is over, or it may go after all."""
    if one.key:
        return now + timedelta(days=one.due.valid_days)
    return one.until


def _expire() -> None:
    fetch(
        """UPDATE webcare_survey SET state = 'expired'
            WHERE state = 'asked' AND due_at <= statement_timestamp()""",
        [],
    )


def _take_back() -> None:
    fetch(
        f"""WITH open AS (
             SELECT s.id, s.delivery_id FROM {OVERTAKEN}
              FOR UPDATE OF d SKIP LOCKED
           ), unsent AS (
             UPDATE conversations_delivery d
                SET state = 'cancelled', settled_at = statement_timestamp()
               FROM open WHERE d.id = open.delivery_id AND d.state = 'waiting'
          RETURNING open.id)
           UPDATE webcare_survey s
              SET state = 'skipped', reason = 'live_again', digest = NULL,
                  asked_at = NULL, rests_until = NULL
             FROM unsent WHERE s.id = unsent.id""",
        [],
    )


# An author who asks something else in private is not asked in between.
_DUE = """
    SELECT s.id, s.public_id, s.ticket_id, s.author_id, s.language,
           s.ended_at + make_interval(mins => coalesce(o.delay_minutes, 60)),
           coalesce(o.is_on, false),
           coalesce(CASE s.language WHEN 'en' THEN o.question_en
                                    ELSE o.question_nl END, ''),
           coalesce(o.valid_days, 7),
           k.status IN ('resolved', 'closed') AND k.merged_into_id IS NULL
               AND NOT EXISTS (
                   SELECT FROM webcare_ticketevent since
                    WHERE since.ticket_id = k.id AND since.id > s.event_id
                      AND since.data->>'status' <> 'closed')
               AND NOT EXISTS (
                   SELECT FROM webcare_ticket other
                    WHERE other.thread_id = said.thread_id
                      AND other.author_id = s.author_id
                      AND other.status NOT IN ('resolved', 'closed')),
           k.is_danger,
           EXISTS (SELECT FROM webcare_annoyance a WHERE a.author_id = s.author_id),
           EXISTS (SELECT FROM webcare_survey lately
                    WHERE lately.author_id = s.author_id
                      AND lately.rests_until > statement_timestamp()),
           c.id, c.mode, c.stopped_at IS NOT NULL, c.text_limit, c.counting,
           c.private_window_hours, said.id, said.thread_id, said.posted_at
      FROM webcare_survey s
      JOIN webcare_ticket k ON k.id = s.ticket_id
      JOIN conversations_channel c ON c.id = s.channel_id
      LEFT JOIN webcare_surveysetting o ON o.queue_id = s.queue_id
      LEFT JOIN LATERAL (
           SELECT m.id, m.thread_id, m.posted_at
             FROM webcare_ticketmessage tm
             JOIN conversations_message m ON m.id = tm.message_id
            WHERE tm.ticket_id = k.id AND m.direction = 'in'
              AND m.visibility = 'private' AND m.author_id = s.author_id
              AND m.deleted_at IS NULL
            ORDER BY m.posted_at DESC, m.id DESC LIMIT 1) AS said ON true
     WHERE s.state = 'waiting' AND s.due_at <= statement_timestamp()
     ORDER BY s.due_at, s.id LIMIT %(most)s FOR UPDATE OF s SKIP LOCKED"""
