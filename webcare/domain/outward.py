"""What the outside world is told, and how long we keep trying."""

from datetime import timedelta

# A few kinds of events have a name that says more outside than it does inside.
_NAMES = {"reply_sent": "replied", "note_added": "noted"}
PING = "ping"

# Seconds to wait after each failed try; the last try comes about sixteen hours later.
_WAITS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
MOST_TRIES = len(_WAITS) + 1
LONGEST_WAIT = timedelta(hours=24).total_seconds()

# So many failures in a row, and a receiver is left alone for a while.
FAILING = 5
_LONGEST_PAUSE = 900.0


def name_of(kind: str) -> str:
    """Return the name under which an event of this kind is told."""
    return f"ticket.{_NAMES.get(kind, kind)}"


def wait_after(tries: int, chance: float, asked: float | None = None) -> float | None:
    """Return the seconds until the next try, None when there is none.

    `tries` is how often it was tried, `chance` lies between 0 and 1, `asked` is the
    receiver's own wish, which is obeyed up to a day.
    """
    if tries >= MOST_TRIES:
        return None
    ours = _WAITS[tries - 1] * (0.8 + 0.4 * chance)
    return max(ours, min(asked or 0.0, LONGEST_WAIT))


def pause_after(failures: int, chance: float) -> float:
    """Return the seconds a receiver is left alone after so many failures in a row."""
    if failures < FAILING:
        return 0.0
    longer: float = min(5.0 * 2 ** min(failures - FAILING, 20), _LONGEST_PAUSE)
    return longer * (0.8 + 0.4 * chance)
