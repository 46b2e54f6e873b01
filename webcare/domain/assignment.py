"""Who gets the next ticket: the least loaded of those who can take it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Person:
    """Somebody present. `load` and `last_given` change as work is handed out."""

    id: int
    load: float
    capacity: int
    languages: frozenset[str] = frozenset()  # none named is any
    skills: Mapping[int, int] = field(default_factory=dict)  # skill -> level
    last_given: datetime = NEVER

    def fits(self, offer: "Offer") -> bool:
        return round(self.load + offer.load, 2) <= self.capacity

    def lacks(self, offer: "Offer") -> list[str]:
        """Return why somebody else would be better for this ticket, in words."""
        found = []
        if offer.language and self.languages and offer.language not in self.languages:
            found.append("language")
        if any(self.skills.get(skill, 0) < n for skill, n in offer.skills.items()):
            found.append("skill")
        if self.id == offer.lost_by:
            found.append("had it before")
        return found


class Seat(NamedTuple):
    """A person's place in one queue, and the share of its work they are meant to get.

    Who works in two queues has two seats, and one load.
    """

    person: Person
    weight: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A ticket as handing out sees it."""

    ticket: int
    language: str = ""
    skills: Mapping[int, int] = field(default_factory=dict)  # skill -> least level
    load: float = 1  # what it takes of somebody's capacity
    previous: int | None = None  # who answered this author last
    lost_by: int | None = None  # who gave it back, or let it wait
    is_widened: bool = False  # it has waited: whoever is there may take it


def choose(
    seats: Sequence[Seat], offer: Offer, at: datetime
) -> tuple[int, dict[str, Any]] | None:
    """Hand one ticket to somebody with room; None when it has to wait.

    Asked first is who has the language and the skills; once the ticket has waited,
    who lacks least. Among those it is who answered the author before, or else the
    least loaded for their weight, or the longest idle of equals, or the lowest id, so
    that the same state gives the same answer. The chosen one's load is raised.
    """
    free = [
        (seat.person.lacks(offer), seat)
        for seat in seats
        if seat.weight and seat.person.fits(offer)
    ]
    if not offer.is_widened:
        free = [one for one in free if not one[0]]
    if not free:
        return None
    lacking, seat = min(free, key=lambda one: _rank(one[0], one[1], offer))
    person = seat.person
    why: dict[str, Any] = {
        "load": plain(person.load),
        "capacity": person.capacity,
        "among": len(free),
    }
    if person.id == offer.previous:
        why["sticky"] = True
    if lacking:
        why["widened"] = lacking
    person.load = round(person.load + offer.load, 2)
    person.last_given = at
    return person.id, why


def _rank(lacking: list[str], seat: Seat, offer: Offer) -> tuple[Any, ...]:
    person = seat.person
    return (
        len(lacking),
        "language" in lacking,  # an answer nobody can read is the worse of the two
        person.id != offer.previous,
        person.load / seat.weight,
        person.last_given,
        person.id,
    )


def plain(load: float) -> float:
    """Return a load as people write it: whole where it is whole."""
    return int(load) if load == int(load) else load
