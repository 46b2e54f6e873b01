"""Spans of time as a condition on a moment `f.at`, and its values."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from webcare.queries.rolls import Span


def in_spans(name: str, spans: Sequence[Span]) -> str:
    """Each span by itself: the planner knows how little there is in it."""
    each = [
        f"f.at >= %({name}{n}_start)s AND f.at < %({name}{n}_end)s"
        for n in range(len(spans))
    ]
    return f"({' OR '.join(each) or 'false'})"


def ends(name: str, spans: Sequence[Span]) -> Iterator[tuple[str, datetime]]:
    """The values that `in_spans` of the same name asks for."""
    for n, (start, end) in enumerate(spans):
        yield f"{name}{n}_start", start
        yield f"{name}{n}_end", end
