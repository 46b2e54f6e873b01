"""One worker's shift at one stage."""

import time

from conversations import nudges
from conversations.actions.batches import Stage, drain

# Then the others that wait for a worker have their turn: what is behind by an hour of
# one stage must not keep what has just been said waiting.
SHIFT_SECONDS = 2


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
