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
    """Whether it is published, and the reason in sentences.

    `compared` has what they say as figures: `on` newest or held back, the shares
    `right` and `right_before`, of how many `examples` if that is known, `is_worse`.
    """

    is_published: bool
    reason: str
    compared: list[dict[str, Any]]


def judged(new: Mapping[str, Any], before: Mapping[str, Any] | None) -> Judgement:
    """Compare the figures of a training with those of the model that decides now.

    It is worse when it is less often right about the newest examples, by more than one
    standard error, or about what was held back of the same topics, by more than two in
    a hundred: it has to hold on both. What cannot be compared says nothing. `before` is
    None where there is no model yet.
    """
    if before is None:
        return Judgement(True, "The first model.", [])
    compared = [*_by_newest(new), *_by_held_back(new, before)]
    if not compared:
        return Judgement(True, "There is nothing to compare it with.", [])
    is_worse = any(one["is_worse"] for one in compared)
    return Judgement(not is_worse, " ".join(map(_told, compared)), compared)


def _by_newest(new: Mapping[str, Any]) -> list[dict[str, Any]]:
    newest = new.get("newest") or {}
    count = newest.get("examples", 0)
    if count < ENOUGH_NEW:
        return []
    right, then = newest["right"] / count, newest["right_before"] / count
    is_worse = right < then - sqrt(then * (1 - then) / count)
    return [_line("newest", right, then, is_worse) | {"examples": count}]


def _by_held_back(
    new: Mapping[str, Any], before: Mapping[str, Any]
) -> list[dict[str, Any]]:
    now, then = _known(new), before.get("accuracy")
    if now is None or then is None or _topics(new) != _topics(before):
        return []
    return [_line("held_back", now, then, now < then - _ROOM)]


def _known(new: Mapping[str, Any]) -> float | None:
    """Right of what was held back of the examples that the model before had too.

    What people correct is harder than what they let stand, so that the newest would
    count against whoever learns from them.
    """
    newest = new.get("newest") or {}
    if known := newest.get("known"):
        return float(newest["known_right"] / known)
    return new.get("accuracy")


def _line(on: str, right: float, before: float, is_worse: bool) -> dict[str, Any]:
    return {"on": on, "right": right, "right_before": before, "is_worse": is_worse}


def _told(line: Mapping[str, Any]) -> str:
    right, before = line["right"], line["right_before"]
    if line["on"] == "newest":
        n = line["examples"]
        return (
            f"Of the {n} newest examples it has {right * n:.0f} right, "
            f"the model before {before * n:.0f}."
        )
    return (
        f"Of what was held back it has {right:.1%} right, "
        f"the model before {before:.1%}."
    )


def _topics(figures: Mapping[str, Any]) -> list[int]:
    return [one["topic"] for one in figures.get("topics", [])]
