"""Who gets the next ticket: the least loaded of those who can take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ANY = "any language"


@dataclass(slots=True)
class Candidate:
    """Somebody present in the queue; `load` grows as work is handed out."""

    user: int
    load: int
    capacity: int
    weight: int
    languages: Sequence[str]

    def speaks(self, language: str) -> bool:
        return not language or not self.languages or language in self.languages

    @property
    def pressure(self) -> float:
        """How full this person's hands are, by what they are meant to carry."""
        return self.load / (self.capacity * self.weight)


def choose(
    candidates: Sequence[Candidate], language: str
) -> tuple[int, dict[str, Any]] | None:
    """Hand one ticket to the candidate with the emptiest hands; None when all are full.

    Only people who answer in `language` are asked; ties go to the lowest id, so that
    the same state gives the same answer. The chosen one's load is raised by one.
    """
    free = [
        person
        for person in candidates
        if person.load < person.capacity and person.weight and person.speaks(language)
    ]
    if not free:
        return None
    best = min(free, key=lambda person: (person.pressure, person.user))
    why = {"load": best.load, "capacity": best.capacity, "among": len(free)}
    best.load += 1
    return best.user, why
