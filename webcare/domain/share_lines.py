"""Shares as a report tells them: the same in the API, in a table and in a letter."""

from collections.abc import Mapping
from typing import Any

from webcare.domain.reports import Look, share
from webcare.domain.shares import Interval, Satisfaction
from webcare.domain.surveys import SCORES

Line = dict[str, Any]


def _interval(interval: Interval | None) -> Line:
    """An interval that is withheld says that it may be anything."""
    known = interval or Interval(0.0, 1.0)
    return {"low": round(known.low, 4), "high": round(known.high, 4)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def satisfaction_out(key: str | None, line: Satisfaction, view: Look) -> Line:
    """By event, who answered and who was asked are not the same: no rate is of them."""
    rate = share(line.answered, line.asked) if view == Look.COHORT else None
    hidden = line.is_withheld
    scores = zip(SCORES, line.scores, strict=True)
    return {
        "key": key,
        "answered": line.answered,
        "satisfied": None if hidden else line.satisfied,
        "share": _rounded(line.share),
        "interval": _interval(line.interval),
        "scores": {str(n): None if hidden else found for n, found in scores},
        "is_small": line.is_small,
        "is_withheld": hidden,
        "resolved": line.planned,
        "asked": line.asked,
        "response_rate": _rounded(rate),
        "waiting": line.waiting,
        "not_asked": line.skipped,
    }


def _of(answered: int, of: int) -> Line:
    return {"of": of, "answered": answered, "share": _rounded(share(answered, of))}


def response_rate_out(key: str | None, found: Mapping[str, int]) -> Line:
    return {
        "key": key,
        "needs_answer": _of(found["answered"], found["needs_answer"]),
        "addressed": _of(found["answered_addressed"], found["addressed"]),
        "monitored": _of(found["answered"], found["monitored"]),
        "waiting": found["waiting"],
        "deliberately_unanswered": {
            "left": found["left_unanswered"],
            "ignored": found["ignored"],
            "watched": found["watched"],
            "passed_on": found["passed_on"],
        },
        "undecided": found["undecided"],
        "last_words": found["last_words"],
    }


def added_value_out(key: str | None, found: Mapping[str, int]) -> Line:
    whole = found["conversations"]
    parts = {
        name: {"count": found[name], "share": _rounded(share(found[name], whole))}
        for name in ("engaged", "added", "harm", "silent")
    }
    provisional = found["live"] + found["settling"]
    return {"key": key, "conversations": whole, **parts, "provisional": provisional}
