"""What became of topics that are in use no more."""

from collections.abc import Mapping


def last_heirs(merged: Mapping[int, int | None]) -> dict[int, int | None]:
    """Topic out of use -> the topic in use that has it now, None where none has.

    `merged` is topic out of use -> what it was merged into, None where it was retired.
    """
    return {topic: _last(topic, merged) for topic in merged}


def _last(topic: int, merged: Mapping[int, int | None]) -> int | None:
    here: int | None = topic
    seen: set[int] = set()
    while here is not None and here in merged:
        if here in seen:
            return None
        seen.add(here)
        here = merged[here]
    return here
