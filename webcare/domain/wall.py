"""Figures for a screen on the wall, and what somebody who writes now may expect."""

# Answers of the last two hours say how fast a desk is now.
LOOKED_BACK = 2 * 3_600  # seconds
# With fewer answers, or less open time in it, nothing can be said.
LEAST_ANSWERS = 5
LEAST_OPEN = 15 * 60  # seconds
# Upper edges of how long people have waited, in seconds; the last part is open.
WAITING_AGES = (15 * 60, 3_600, 4 * 3_600, 24 * 3_600)


def expected_wait(ahead: int, answered: int, open_seconds: int) -> int | None:
    """Return in how many open seconds somebody who writes now would be answered.

    `ahead` wait already; `answered` turns were answered in the `open_seconds` before
    now. None when that is too little to go by. After Ibrahim and Whitt, Real-time
    delay estimation based on delay history (2009), their queue-length estimator: those
    ahead and oneself, times the mean time between answers. It assumes that the coming
    time is staffed as the last was, and that answers go out in the order of waiting.
    """
    if answered < LEAST_ANSWERS or open_seconds < LEAST_OPEN:
        return None
    return (ahead + 1) * open_seconds // answered
