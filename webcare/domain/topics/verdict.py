"""Whether a new model takes the place of the one that decides now."""

from collections.abc import Mapping
from math import sqrt
from typing import Any, NamedTuple

# With fewer new examples than this, luck decides.
ENOUGH_NEW = 20
# What a model may lose on what was held back while it learns more topics or harder
# examples, as a share of the answers.
_ROOM = 0.02


class Judgement(NamedTuple):
    """Whether it is published, and the reason in a sentence."""

    is_published: bool
    reason: str


def judged(new: Mapping[str, Any], before: Mapping[str, Any] | None) -> Judgement:
    """Compare the figures of a training with those of the model that decides now.

    It is worse when it is less often right about the newest examples, by more than
    one standard error; or, where those are few, about what was held back of the same
    topics. `before` is None where there is no model yet.
    """
    if before is None:
        return Judgement(True, "The first model.")
    newest = new.get("newest") or {}
    if newest.get("examples", 0) >= ENOUGH_NEW:
        return _by_newest(**newest)
    return _by_held_back(new, before)


def _by_newest(examples: int, right: int, right_before: int) -> Judgement:
    share = right_before / examples
    error = sqrt(examples * share * (1 - share))
    told = (
        f"Of the {examples} newest examples it has {right} right, "
        f"the model before {right_before}."
    )
    return Judgement(right >= right_before - error, told)


def _by_held_back(new: Mapping[str, Any], before: Mapping[str, Any]) -> Judgement:
    now, then = new.get("accuracy"), before.get("accuracy")
    if now is None or then is None or _topics(new) != _topics(before):
        return Judgement(True, "There is nothing to compare it with.")
    told = f"Of what was held back it has {now:.1%} right, the model before {then:.1%}."
    return Judgement(now >= then - _ROOM, told)


def _topics(figures: Mapping[str, Any]) -> list[int]:
    return [one["topic"] for one in figures.get("topics", [])]
