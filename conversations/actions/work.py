"""One worker's shift at one stage."""

import time

from conversations import nudges
from conversations.actions.batches import Stage, drain

SHIFT_SECONDS = 10  # well within the time limit of a task


def do_shift(stage: Stage) -> int:
    """Do the due work of `stage` for a while, and wake the next one after each batch.

    What is left when the shift ends is rung for again. Returns how many subjects
    were done.
    """
    ends_at = time.monotonic() + SHIFT_SECONDS
    done = 0
    for count in drain(stage):
        done += count
        nudges.ring_next(stage.name)
        if time.monotonic() > ends_at:
            nudges.ring_stage(stage.name)
            break
    return done
