"""The relay looks at the rows five times a second and rings for what is due.

Intake publishes nothing, so that it never waits for Redis; this is where its nudges
come from. What nobody answers to is done here: then Redis, or every worker, is away.
"""

import signal
import time
from collections.abc import Callable, Collection, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils.module_loading import import_string

from conversations import nudges
from conversations.actions import acts, delivery, settling
from conversations.actions.batches import set_aside_exhausted
from conversations.queries.deliveries import channels_due, doubts_due
from conversations.queries.work import stages_due

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.2
# Longer than a busy worker takes to come round, and short for those who wait.
UNHEARD_SECONDS = 5
KEEP_HOUSE_SECONDS = 5
# Workers start beside the relay: until then nobody can have heard.
STARTING_SECONDS = 10
_DOUBTS = 0  # looking up is one call beside those per channel, which count from 1

Ids = tuple[int, ...]
Due = Callable[..., Collection[Ids]]


class Relay:
    """One relay; several may run, since a nudge too many does no harm."""

    def __init__(self) -> None:
        # Only a worker loads the tasks by itself, and ours are run here as well.
        current_app.loader.import_default_modules()
        self._callers = ThreadPoolExecutor(max_workers=2)
        self._calling: set[Hashable] = set()
        self._outboxes: dict[str, Due] = {
            task: import_string(due) for task, due in settings.PIPELINE_OUTBOXES.items()
        }
        self._kept_house_at = 0.0
        self._began_at = time.monotonic()

    def poll(self) -> None:
        """Ring for everything due now, and do what nobody answered to."""
        self._ring()
        if time.monotonic() - self._kept_house_at >= KEEP_HOUSE_SECONDS:
            self._kept_house_at = time.monotonic()
            self._keep_house()

    def _ring(self) -> None:
        """Ring until a nudge is lost: with the broker away each would wait again."""
        due: list[Callable[[], bool]] = [
            *(
                _stage_bell(stage)
                for stage in stages_due(list(settings.PIPELINE_STAGES))
            ),
            *(_channel_bell(channel) for channel in channels_due()),
            *(partial(nudges.ring, task, *ids) for task, ids in self._outboxes_due()),
        ]
        all(bell() for bell in due)

    def _keep_house(self) -> None:
        settling.settle_stuck(delivery.PATIENCE_SECONDS)
        settling.refuse_silenced()
        set_aside_exhausted()
        if time.monotonic() - self._began_at >= STARTING_SECONDS:
            self._do_unheard()

    def _do_unheard(self) -> None:
        stages = list(settings.PIPELINE_STAGES)
        if unheard := stages_due(stages, for_seconds=UNHEARD_SECONDS):
            log.warning("nudges unheard", stages=unheard)
            # What a stage makes waits for the next, where it would be unheard as well.
            for stage in stages[min(map(stages.index, unheard)) :]:
                _do_here(settings.PIPELINE_STAGES[stage])
        for channel in channels_due(for_seconds=UNHEARD_SECONDS):
            self._call(channel, partial(_do_due, channel))
        if doubts_due(delivery.PATIENCE_SECONDS, for_seconds=UNHEARD_SECONDS):
            self._call(_DOUBTS, delivery.look_up_uncertain)
        for task, ids in self._outboxes_due(for_seconds=UNHEARD_SECONDS):
            self._call((task, ids), partial(current_app.tasks[task], *ids))

    def _outboxes_due(self, *, for_seconds: float = 0) -> Iterator[tuple[str, Ids]]:
        """What waits outside the stages: a task, and the ids it is rung with."""
        for task, due in self._outboxes.items():
            for ids in due(for_seconds=for_seconds):
                yield task, ids

    def _call(self, key: Hashable, job: Callable[[], object]) -> None:
        """Platforms are slow: a thread waits for them, the relay goes on."""
        if key not in self._calling:
            self._calling.add(key)
            self._callers.submit(self._do, key, job)

    def _do(self, key: Hashable, job: Callable[[], object]) -> None:
        try:
            job()
        except DatabaseError as error:
            log.warning("call interrupted", error=type(error).__name__)
        finally:
            self._calling.discard(key)
            close_old_connections()


def _do_due(channel: int) -> int:
    return delivery.send_due(channel) + acts.do_due(channel)


def _do_here(task: str) -> None:
    """Do a worker's work, within a worker's time: what hangs ends this process.

    Whoever keeps it starts it again; the attempt is counted.
    """
    signal.alarm(settings.CELERY_TASK_TIME_LIMIT)
    try:
        current_app.tasks[task]()
    finally:
        signal.alarm(0)


def _stage_bell(stage: str) -> Callable[[], bool]:
    return lambda: nudges.ring_stage(stage)


def _channel_bell(channel: int) -> Callable[[], bool]:
    return lambda: nudges.ring_sender(channel)
