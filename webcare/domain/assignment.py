"""Who gets the next ticket: the least loaded of those who can take it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

NEVER = datetime.min.replace(tzinfo=UTC)
MOST_LANGUAGE, MOST_SKILL = 3, 5  # the highest levels
# Of who names no language, and answers in any: fluent, and the best in none.
ANY_LANGUAGE = 2


@dataclass(slots=True)
class Person:
    """Somebody present. `load` and `last_given` change as work is handed out."""

    id: int
    load: float
    capacity: int
    # A language -> its level; none named is any.
    languages: Mapping[str, int] = field(default_factory=dict)
    skills: Mapping[str, int] = field(default_factory=dict)  # skill -> level
    last_given: datetime = NEVER

    def fits(self, offer: "Offer") -> bool:
        return round(self.load + offer.load, 2) <= self.capacity

    def lacks(self, offer: "Offer") -> list[str]:
        """Return why somebody else would be better for this ticket, in words."""
        found = []
        if self.language_level(offer) < offer.language_level:
            found.append("language")
        if any(self.skills.get(skill, 0) < n for skill, n in offer.skills.items()):
            found.append("skill")
        if self.id == offer.lost_by:
            found.append("had it before")
        return found

    def language_level(self, offer: "Offer") -> int:
        """Return how well they know the ticket's language; 0 is not at all."""
        if not offer.language or not self.languages:
            return ANY_LANGUAGE
        return self.languages.get(offer.language, 0)

    def falls_short(self, offer: "Offer") -> int:
        """Return how many levels below what is asked; not at all is the most."""
        skills = offer.skills.items()
        short = [n - self.skills.get(skill, 0) for skill, n in skills]
        short.append(offer.language_level - self.language_level(offer))
        return sum(one for one in short if one > 0)

    def ability(self, offer: "Offer") -> int:
        """Return how well they know what it asks for: the best in its language counts
        as much as the best in a skill."""
        known = sum(self.skills.get(skill, 0) for skill in offer.skills)
        return MOST_LANGUAGE * known + MOST_SKILL * self.language_level(offer)


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
    language_level: int = 1  # the least that is asked
    skills: Mapping[str, int] = field(default_factory=dict)  # skill -> least level
    load: float = 1  # what it takes of somebody's capacity
    previous: int | None = None  # who answered this author last
    lost_by: int | None = None  # who gave it back, or let it wait
    is_widened: bool = False  # it has waited: whoever is there may take it


def choose(
    seats: Sequence[Seat], offer: Offer, at: datetime
) -> tuple[int, dict[str, Any]] | None:
    """Hand one ticket to somebody with room; None when it has to wait.

    Asked first is who has the language and the skills at the levels that are asked;
    once the ticket has waited, who lacks least, a lower level before none. Among those
    it is who answered the author before, or else who knows most of what is asked, or
    the least loaded for their weight, or the longest idle of equals, or the lowest id,
    so that the same state gives the same answer. The chosen one's load is raised.
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
    why = _why(lacking, seat.person, [other.person for _, other in free], offer)
    seat.person.load = round(seat.person.load + offer.load, 2)
    seat.person.last_given = at
    return seat.person.id, why


def _rank(lacking: list[str], seat: Seat, offer: Offer) -> tuple[Any, ...]:
    person = seat.person
    return (
        len(lacking),
        "language" in lacking,  # an answer nobody can read is the worse of the two
        person.falls_short(offer),
        person.id != offer.previous,
        -person.ability(offer),
        person.load / seat.weight,
        person.last_given,
        person.id,
    )


def _why(
    lacking: list[str], person: Person, free: Sequence[Person], offer: Offer
) -> dict[str, Any]:
    """Return what was known when `person` was chosen among those with room."""
    why: dict[str, Any] = {
        "load": plain(person.load),
        "capacity": person.capacity,
        "among": len(free),
    }
    if person.id == offer.previous:
        why["sticky"] = True
    if lacking:
        why["widened"] = lacking
    if lacking or any(one.ability(offer) != person.ability(offer) for one in free):
        why["levels"] = _levels(person, offer)
    if any(one.ability(offer) < person.ability(offer) for one in free):
        why["knows_more"] = True
    return why


def _levels(person: Person, offer: Offer) -> dict[str, Any]:
    """Return what the ticket asks for, at least, and what the person has of it."""
    found: dict[str, Any] = {}
    if offer.language and person.languages:
        level = person.language_level(offer)
        found["language"] = {"asked": offer.language_level, "has": level}
    if offer.skills:
        found["skills"] = {
            skill: {"asked": least, "has": person.skills.get(skill, 0)}
            for skill, least in sorted(offer.skills.items())
        }
    return found


def plain(load: float) -> float:
    """Return a load as people write it: whole where it is whole."""
    return int(load) if load == int(load) else load
