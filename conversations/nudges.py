"""Ring the doorbell: tell a worker that there is something to look at, no more.

A nudge that is lost only delays: the relay and the sweeps find the rows. So nothing
here ever fails its caller.
"""

import time

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

from conversations.crashpoints import crossing

log = structlog.get_logger(__name__)

STALE_SECONDS = 10  # a nudge that nobody took by then is of no use any more
AWAY_SECONDS = 10  # after a lost nudge, until the broker is tried again
_away_until = 0.0


def ring(task: str, *ids: int) -> bool:
    """Publish one nudge; False, and a line in the log, when the broker is away.

    A broker that hangs costs seconds to find out, so it is left alone for a while.
    """
    global _away_until
    if time.monotonic() < _away_until:
        return False
    try:
        current_app.send_task(task, args=ids, expires=STALE_SECONDS, retry=False)
    except (OperationalError, OSError) as error:
        _away_until = time.monotonic() + AWAY_SECONDS
        log.warning("nudge lost", task=task, error=type(error).__name__)
        return False
    crossing("nudge.sent")
    return True


def ring_stage(stage: str) -> bool:
    """Tell a worker that `stage` has work."""
    return ring(settings.PIPELINE_STAGES[stage])


def ring_next(stage: str) -> None:
    """Tell a worker that the stage after `stage` has work now."""
    if following := settings.PIPELINE_FOLLOWS.get(stage):
        ring_stage(following)


def ring_sender(channel_id: int) -> bool:
    """Tell a sender that a channel has texts to send."""
    return ring(settings.PIPELINE_SENDER, channel_id)
