"""What became of a text we sent: written down once, by whoever holds the claim."""

from typing import Any

import structlog
from django.db import transaction

from conversations.actions import batches
from conversations.models import Delivery, Direction, Message
from conversations.models.bulk import fetch, insert

log = structlog.get_logger(__name__)

SETTLED = "settled"  # the stage in which the desk learns how it ended
MAX_ATTEMPTS = 8
OPEN_CIRCUIT_AFTER = 5  # failures in a row
CIRCUIT_SECONDS = 30
LONGEST_WAIT_SECONDS = 300


@transaction.atomic
def sent(delivery: Delivery, *, external_id: str) -> None:
    """The platform has it: our text becomes a message of its thread.

    Where the platform told us of our own post before its answer came, that message
    is the one.
    """
    message = _message(delivery, external_id)
    if _settle(delivery, "sent", message=message):
        batches.enqueue(SETTLED, [delivery.pk])
        _calm(delivery)


@transaction.atomic
def refused(delivery: Delivery, *, reason: str) -> None:
    """It will never be sent; its writer has to know."""
    if _settle(delivery, "refused", failure=reason):
        batches.enqueue(SETTLED, [delivery.pk])


@transaction.atomic
def uncertain(delivery: Delivery, *, reason: str) -> None:
    """Nobody knows whether it is public: looked up, else a person decides."""
    if _settle(delivery, "uncertain", failure=reason):
        batches.enqueue(SETTLED, [delivery.pk])
        _trouble(delivery)


@transaction.atomic
def deferred(delivery: Delivery, *, reason: str, retry_after: float | None) -> None:
    """Not now: wait as told, else longer each time with full jitter.

    After MAX_ATTEMPTS it is refused, and its writer decides. One that was to be held
    while it was under way is held now.
    """
    if delivery.attempts >= MAX_ATTEMPTS:
        refused(delivery, reason=f"Given up after {delivery.attempts} tries: {reason}")
        return
    longest = min(LONGEST_WAIT_SECONDS, 2**delivery.attempts)
    _wait_again(
        f"""UPDATE conversations_delivery
              SET {_WAITS}, failure = %s, due_at = statement_timestamp() +
                  make_interval(secs => coalesce(%s, %s * random()))
            WHERE id = %s AND fence = %s AND state = 'sending'
        RETURNING id, state""",
        [reason[:500], retry_after, longest, delivery.pk, delivery.fence],
    )
    _trouble(delivery, retry_after)


@transaction.atomic
def goes_on(delivery: Delivery) -> None:
    """A part of it is done and the rest is for the next claim: no attempt is lost."""
    _wait_again(
        f"""UPDATE conversations_delivery
              SET {_WAITS}, attempts = attempts - 1
            WHERE id = %s AND fence = %s AND state = 'sending'
        RETURNING id, state""",
        [delivery.pk, delivery.fence],
    )


@transaction.atomic
def stopped(delivery: Delivery, *, reason: str) -> None:
    """The channel's credentials are dead: it stops, its texts stay and wait."""
    _wait_again(
        f"""UPDATE conversations_delivery
              SET {_WAITS}, attempts = attempts - 1, failure = %s
            WHERE id = %s AND fence = %s AND state = 'sending'
        RETURNING id, state""",
        [reason[:500], delivery.pk, delivery.fence],
    )
    fetch(
        """UPDATE conversations_channel
              SET stopped_at = statement_timestamp(), stopped_because = %s
            WHERE id = %s AND stopped_at IS NULL""",
        [reason[:300], delivery.channel_id],
    )
    log.error("channel stopped", channel=delivery.channel_id)


@transaction.atomic
def not_there(delivery: Delivery) -> None:
    """The platform says that it never came: it may go out, after all.

    It is held where a later text of its thread has left meanwhile: it would come after
    what was said after it.
    """
    _wait_again(
        f"""UPDATE conversations_delivery d
              SET {_OVERTAKEN_WAITS}, due_at = statement_timestamp(),
                  look_up_at = NULL
            WHERE id = %s AND state = 'uncertain'
        RETURNING id, state""",
        [delivery.pk],
    )


def settle_stuck(patience_seconds: int) -> int:
    """Call *uncertain* what somebody began to send and never came back from.

    Returns how many. The row was claimed longer ago than any call can last.
    """
    with transaction.atomic():
        lost = fetch(
            """UPDATE conversations_delivery
                  SET state = 'uncertain', look_up_at = statement_timestamp(),
                      failure = 'The sender did not come back.'
                WHERE state = 'sending'
                  AND claimed_at < statement_timestamp() - make_interval(secs => %s)
            RETURNING id""",
            [patience_seconds],
        )
        batches.enqueue(SETTLED, [pk for [pk] in lost])
    return len(lost)


@transaction.atomic
def refuse_silenced() -> int:
    """Refuse what waits on channels that have gone back to listening.

    Returns how many. On a paused channel texts wait for it to go on.
    """
    silenced = fetch(
        """UPDATE conversations_delivery d
              SET state = 'refused', settled_at = statement_timestamp(),
                  failure = 'This channel only listens now.'
             FROM conversations_channel c
            WHERE c.id = d.channel_id AND c.mode = 'listening' AND d.state = 'waiting'
        RETURNING d.id""",
        [],
    )
    batches.enqueue(SETTLED, [pk for [pk] in silenced])
    return len(silenced)


_WAITS = "state = CASE WHEN held_at IS NULL THEN 'waiting' ELSE 'held' END"
# Something else of ours was said in its thread, or is just being said.
_OVERTAKEN = """(EXISTS (
    SELECT FROM conversations_message m
     WHERE m.thread_id = d.thread_id AND m.direction = 'out'
       AND m.posted_at > d.claimed_at)
  OR EXISTS (
    SELECT FROM conversations_delivery later
     WHERE later.thread_id = d.thread_id AND later.id > d.id
       AND later.state IN ('sending', 'uncertain')))"""
_OVERTAKEN_WAITS = f"""
    state = CASE WHEN held_at IS NULL AND NOT {_OVERTAKEN} THEN 'waiting'
                 ELSE 'held' END,
    held_at = CASE WHEN {_OVERTAKEN} THEN coalesce(held_at, statement_timestamp())
                   ELSE held_at END"""


def _wait_again(statement: str, given: list[Any]) -> None:
    """Let what was under way wait once more; the desk learns of what is held."""
    held = [pk for pk, state in fetch(statement, given) if state == "held"]
    batches.enqueue(SETTLED, held)


def _message(delivery: Delivery, external_id: str) -> int:
    rows = insert(
        Message,
        [
            {
                "channel": delivery.channel_id,
                "external_id": external_id,
                "thread": delivery.thread_id,
                "author": None,
                "direction": Direction.OUT.value,
                "visibility": delivery.visibility,
                "text": delivery.text,
                "posted_at": delivery.claimed_at,
            }
        ],
        # Without an update a row that was there would not come back.
        conflict="""ON CONFLICT (channel_id, external_id) DO UPDATE
                    SET direction = conversations_message.direction""",
        returning="id",
    )
    return int(rows[0][0])


def _settle(
    delivery: Delivery, state: str, *, message: int | None = None, failure: str = ""
) -> bool:
    """Guarded by the claim: a worker that comes back late changes nothing."""
    settled = fetch(
        """UPDATE conversations_delivery
              SET state = %s, message_id = %s, failure = %s,
                  settled_at = statement_timestamp(),
                  look_up_at = CASE WHEN %s = 'uncertain' THEN statement_timestamp() END
            WHERE id = %s AND fence = %s AND state IN ('sending', 'uncertain')
        RETURNING id""",
        [state, message, failure[:500], state, delivery.pk, delivery.fence],
    )
    return bool(settled)


def _trouble(delivery: Delivery, retry_after: float | None = None) -> None:
    """Count a failure; obey a wait; after several in a row leave the platform be."""
    fetch(
        """UPDATE conversations_channel
              SET failures = failures + 1,
                  blocked_until = greatest(blocked_until,
                      statement_timestamp() + make_interval(secs => %s),
                      CASE WHEN failures + 1 >= %s
                           THEN statement_timestamp() + make_interval(secs => %s) END)
            WHERE id = %s""",
        [retry_after, OPEN_CIRCUIT_AFTER, CIRCUIT_SECONDS, delivery.channel_id],
    )


def _calm(delivery: Delivery) -> None:
    if delivery.channel.failures:
        fetch(
            "UPDATE conversations_channel SET failures = 0 WHERE id = %s",
            [delivery.channel_id],
        )
