"""The one mouth: everything we say on a platform leaves through `send_due`."""

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models.functions import Now

from conversations.actions import batches, files, gate, settling
from conversations.adapters.base import Outgoing, OutgoingFile, Visibility
from conversations.adapters.registry import ADAPTERS
from conversations.crashpoints import crossing
from conversations.exceptions import (
    ChannelUnusable,
    DeliveryDeferred,
    DeliveryRefused,
    DeliveryUncertain,
)
from conversations.models import Channel, Delivery, File, Message, State, Thread
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now

# A call ends by itself well before this; who is longer under way never came back.
PATIENCE_SECONDS = 30
# A text of unknown outcome keeps the next one of its thread waiting so long, in which
# its platform is asked several times. Nobody else may ever decide about it.
DOUBT_SECONDS = 120
AT_ONCE = 4  # calls under way per channel: one slow platform is one slow channel


# A text written down, held for as long as it may be taken back: the statement, or a
# part of the one that writes down whose text it is.
QUEUE = """INSERT INTO conversations_delivery
               (public_id, channel_id, thread_id, in_reply_to_id, visibility, text,
                due_at)
        SELECT %(delivery)s::uuid, %(channel)s, %(thread)s, %(in_reply_to)s::bigint,
               %(visibility)s, %(text)s,
               statement_timestamp() + make_interval(secs => %(hold)s)"""


# Many texts at once, from rows of `{source}` that name their columns so.
QUEUE_EACH = """INSERT INTO conversations_delivery
               (public_id, channel_id, thread_id, in_reply_to_id, visibility, text,
                due_at)
        SELECT delivery, channel, thread, in_reply_to, visibility, text,
               statement_timestamp() + make_interval(secs => hold) FROM {source}"""


def queue_delivery(
    *, thread: Thread, in_reply_to: Message | None, text: str
) -> Delivery:
    """Write down a text that is to go out, held for as long as it may be taken back.

    It keeps the thread's visibility: an answer to something private stays private.
    Belongs in the transaction of whoever wrote it; the gate is asked by them before,
    and again at the moment of sending.
    """
    [[pk]] = fetch(
        f"{QUEUE} RETURNING id",
        {
            "delivery": uuid4(),
            "channel": thread.channel_id,
            "thread": thread.pk,
            "in_reply_to": in_reply_to and in_reply_to.pk,
            "visibility": thread.visibility,
            "text": text,
            "hold": _hold_seconds(thread),
        },
    )
    return Delivery.objects.get(pk=pk)


class Text(NamedTuple):
    """A text for a thread, said by nobody in particular; its id is its maker's."""

    public_id: UUID
    thread: int
    in_reply_to: int
    text: str


def queue_private(texts: Sequence[Text]) -> dict[UUID, int]:
    """Write down texts that are to go out in private, as `queue_delivery` does, in
    one statement; returns the delivery of each. Refused for a thread in public."""
    rows = fetch(
        """INSERT INTO conversations_delivery
                  (public_id, channel_id, thread_id, in_reply_to_id, visibility, text,
                   due_at)
           SELECT given.public_id, t.channel_id, t.id, given.in_reply_to, 'private',
                  given.text, statement_timestamp()
                      + make_interval(secs => c.private_hold_seconds)
             FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::text[])
                  AS given(public_id, thread, in_reply_to, text)
             JOIN conversations_thread t ON t.id = given.thread
              AND t.visibility = 'private'
             JOIN conversations_channel c ON c.id = t.channel_id
        RETURNING public_id, id""",
        [
            [one.public_id for one in texts],
            [one.thread for one in texts],
            [one.in_reply_to for one in texts],
            [one.text for one in texts],
        ],
    )
    return dict(rows)


def take_back(delivery: Delivery) -> bool:
    """Cancel a text that has not left; False when it is too late."""
    unsent = Delivery.objects.filter(
        pk=delivery.pk, state__in=[State.WAITING, State.HELD]
    )
    if not unsent.update(state=State.CANCELLED, settled_at=Now()):
        return False
    files.let_go([delivery.pk])
    return True


def drop(deliveries: Sequence[int]) -> None:
    """Cancel those of these texts that have not left."""
    dropped = fetch(
        """UPDATE conversations_delivery
              SET state = 'cancelled', settled_at = statement_timestamp()
            WHERE id = ANY(%s) AND state IN ('waiting', 'held') RETURNING id""",
        [sorted(deliveries)],
    )
    files.let_go([pk for [pk] in dropped])


def hold(deliveries: Sequence[int]) -> None:
    """Let these texts wait for a person, who lets them go or takes them back.

    One that is under way is left to the platform: it is held only if it comes back to
    wait for another attempt. Belongs in the transaction of whoever knows why.
    """
    held = fetch(
        """UPDATE conversations_delivery
              SET held_at = statement_timestamp(),
                  state = CASE state WHEN 'waiting' THEN 'held' ELSE state END
            WHERE id = ANY(%s) AND state IN ('waiting', 'sending', 'uncertain')
        RETURNING id, state""",
        [sorted(deliveries)],
    )
    batches.enqueue(settling.SETTLED, [pk for pk, state in held if state == "held"])


def let_go(delivery: Delivery) -> bool:
    """Let a text that is held go out after all; False when it is not held."""
    held = Delivery.objects.filter(pk=delivery.pk, state=State.HELD)
    return bool(held.update(state=State.WAITING, held_at=None, due_at=Now()))


def send_due(channel_id: int) -> int:
    """Send what is due on one channel, one text after the other; returns how many.

    Claiming is one UPDATE, so no two workers send the same text; texts of one thread
    leave in the order in which they were written. The platform is called with no
    transaction open. Who dies in between leaves the row in *sending*, which
    `settle_stuck` turns into *uncertain*: nothing is ever sent again on doubt.
    """
    count = 0
    while delivery := _claim(channel_id):
        crossing("delivery.claimed")
        _send(delivery)
        crossing("delivery.settled")
        count += 1
    return count


def _hold_seconds(thread: Thread) -> int:
    channel = thread.channel
    if thread.visibility == Visibility.PRIVATE:
        return channel.private_hold_seconds
    return channel.public_hold_seconds


def _claim(channel_id: int) -> Delivery | None:
    """Take the oldest text that is due and whose turn it is in its thread."""
    claimed = fetch(
        """UPDATE conversations_delivery d
              SET state = 'sending', attempts = attempts + 1, fence = %s,
                  claimed_at = statement_timestamp()
            WHERE id = (
                SELECT w.id FROM conversations_delivery w
                  JOIN conversations_channel c ON c.id = w.channel_id
                 WHERE w.channel_id = %s AND w.state = 'waiting'
                   AND w.due_at <= statement_timestamp()
                   AND c.mode IN ('pilot', 'engage') AND c.stopped_at IS NULL
                   AND coalesce(c.blocked_until <= statement_timestamp(), true)
                   AND (SELECT count(*) FROM conversations_delivery s
                         WHERE s.channel_id = c.id AND s.state = 'sending') < %s
                   AND NOT EXISTS (
                       SELECT FROM conversations_delivery earlier
                        WHERE earlier.thread_id = w.thread_id AND earlier.id < w.id
                          AND (earlier.state IN ('sending', 'waiting')
                               OR (earlier.state = 'uncertain' AND earlier.claimed_at
                                   > statement_timestamp()
                                     - make_interval(secs => %s))))
                 ORDER BY w.due_at, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
              AND state = 'waiting'
        RETURNING id""",
        [secrets.randbits(62), channel_id, AT_ONCE, DOUBT_SECONDS],
    )
    if not claimed:
        return None
    return Delivery.objects.select_related("channel", "thread", "in_reply_to").get(
        pk=claimed[0][0]
    )


def _send(delivery: Delivery) -> None:
    """Ask the gate once more, then the platform, and write down what became of it.

    Files go first, each under a claim of its own: a call that lasts never comes near
    the time after which somebody else asks what became of the text.
    """
    channel, beside = delivery.channel, files.of(delivery)
    if no := gate.refusal(
        channel=channel,
        text=delivery.text,
        in_reply_to=delivery.in_reply_to,
        files=[gate.Facts(one.name, one.type, one.size, one.alt) for one in beside],
    ):
        settling.refused(delivery, reason=no[1])
        return
    waiting = next((one for one in beside if not one.handed_at), None)
    try:
        if waiting:
            _hand_over(delivery, waiting)
            return
        external_id = ADAPTERS[channel.kind].send(
            _outgoing(delivery, beside), **_connection(channel)
        )
    except ChannelUnusable as error:
        settling.stopped(delivery, reason=str(error))
    except DeliveryDeferred as error:
        settling.deferred(delivery, reason=str(error), retry_after=error.retry_after)
    except DeliveryRefused as error:
        settling.refused(delivery, reason=str(error))
    except DeliveryUncertain as error:
        settling.uncertain(delivery, reason=str(error))
    else:
        crossing("delivery.answered")
        settling.sent(delivery, external_id=external_id)


def _hand_over(delivery: Delivery, file: File) -> None:
    """Bring the platform one file; its text waits for the next claim."""
    ADAPTERS[delivery.channel.kind].hand_over(
        _as_file(file),
        files.content_of(file),
        delivery_id=str(delivery.public_id),
        **_connection(delivery.channel),
    )
    crossing("file.handed")
    files.handed_over(file)
    settling.goes_on(delivery)


def look_up_uncertain() -> int:
    """Ask the platforms about texts whose outcome is unknown; returns how many.

    What is found there was sent. What is not there, long after any call could still
    be under way, was not, and may go out; once a later text of its thread went ahead,
    a person is asked whether it still should. A platform that does not tell is asked
    again later, and the text stays visible as *uncertain*.
    """
    asked = 0
    while delivery := _claim_look_up():
        asked += 1
        channel = delivery.channel
        try:
            external_id = ADAPTERS[channel.kind].look_up(
                str(delivery.public_id), **_connection(channel)
            )
        except (DeliveryUncertain, ChannelUnusable):
            continue
        if external_id:
            settling.sent(delivery, external_id=external_id)
        else:
            settling.not_there(delivery)
    return asked


def _claim_look_up() -> Delivery | None:
    """Take one doubtful text that nobody asked about in the last half minute."""
    claimed = fetch(
        """UPDATE conversations_delivery
              SET look_up_at = statement_timestamp() + interval '30 seconds'
            WHERE id = (
                SELECT id FROM conversations_delivery
                 WHERE state = 'uncertain' AND look_up_at <= statement_timestamp()
                   AND claimed_at < statement_timestamp() - make_interval(secs => %s)
                 ORDER BY look_up_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING id""",
        [PATIENCE_SECONDS],
    )
    if not claimed:
        return None
    return Delivery.objects.select_related("channel", "thread").get(pk=claimed[0][0])


def _as_file(file: File) -> OutgoingFile:
    return OutgoingFile(
        id=str(file.public_id),
        name=file.name,
        type=file.type,
        size=file.size,
        sha256=bytes(file.sha256).hex(),
        alt=file.alt,
    )


def _outgoing(delivery: Delivery, beside: Sequence[File]) -> Outgoing:
    parent = delivery.in_reply_to
    return Outgoing(
        delivery_id=str(delivery.public_id),
        text=delivery.text,
        visibility=Visibility(delivery.visibility),
        thread=delivery.thread.platform_id,
        in_reply_to=parent.external_id if parent else None,
        files=tuple(map(_as_file, beside)),
    )


def _connection(channel: Channel) -> dict[str, Any]:
    return {
        "callback_url": channel.callback_url,
        "secrets": channel.secrets,
        "now": database_now(),
        "allowed_hosts": settings.OUTGOING_ALLOWED_HOSTS,
    }
