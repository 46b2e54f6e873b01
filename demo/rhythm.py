"""When the customers of the demo speak: the day's rhythm, faster, again and again."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from demo import day
from demo.day import Said

# Nothing is silent for longer than a visitor likes to wait, in seconds.
LONGEST_PAUSE = 10.0


class Cue(NamedTuple):
    """What is said after `wait` seconds, on the day that is called `day`."""

    wait: float
    day: str
    said: Said


def cues(begin: datetime, midnight: datetime, *, speed: float) -> Iterator[Cue]:
    """Yield what customers say from `begin` on, for ever.

    The first day goes on at the time that it is; `midnight` is when it began. Each
    day has a name of its own, so that its messages are new ones. What goes on about
    something that was not said on the same day is left out.
    """
    at = (begin - midnight).total_seconds()
    number = 0
    while True:
        name = f"{begin:%y%m%d%H%M%S}.{number}"
        there: set[str] = set()
        for said in day.day():
            if said.at < at or (said.needs is not None and said.needs not in there):
                continue
            there.add(said.id)
            yield Cue(min((said.at - at) / speed, LONGEST_PAUSE), name, said)
            at = said.at
        # The last words of a day come before the first of the next.
        at -= day.LENGTH
        number += 1
