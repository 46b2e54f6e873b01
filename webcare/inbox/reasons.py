"""Why this topic, why this queue: the log's own data, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from webcare.domain.outcomes import DecidedBy


@dataclass(frozen=True, slots=True)
class Alternative:
    name: str
    percent: int


@dataclass(frozen=True, slots=True)
class TopicReason:
    """How a topic was chosen; `found` are the author's own words that spoke for it."""

    by: str
    percent: int | None
    found: list[str]
    alternatives: list[Alternative]


def topic_reason(
    by: str, confidence: float | None, data: Mapping[str, Any], names: Mapping[int, str]
) -> TopicReason:
    """Return the reasons in the classifying event's `data`, in words."""
    why = data.get("why") or {}
    model = why.get("model") or {}
    words = {
        DecidedBy.RULE: [rule["found"] for rule in why.get("rules") or []],
        DecidedBy.PERSON: [],
    }.get(DecidedBy(by), [reason["words"] for reason in model.get("why") or []])
    shows_percent = by in (DecidedBy.MODEL, DecidedBy.UNSURE) and confidence
    return TopicReason(
        _BY[DecidedBy(by)](),
        round(confidence * 100) if shows_percent and confidence else None,
        list(dict.fromkeys(words))[:5],
        _alternatives(model, names, data.get("topic"))
        if by != DecidedBy.PERSON
        else [],
    )


_BY = {
    DecidedBy.PERSON: lambda: _("Chosen by a person"),
    DecidedBy.RULE: lambda: _("Chosen by a rule"),
    DecidedBy.MODEL: lambda: _("Chosen by the model"),
    DecidedBy.UNSURE: lambda: _("Not sure enough: a person has to look"),
}


def _alternatives(
    model: Mapping[str, Any], names: Mapping[int, str], chosen: int | None
) -> list[Alternative]:
    found = [
        Alternative(names[one["topic"]], round(one["confidence"] * 100))
        for one in model.get("alternatives") or []
        if one["topic"] in names and one["topic"] != chosen
    ]
    return [one for one in found if one.percent][:3]


def queue_reason(data: Mapping[str, Any]) -> str:
    """Return why a ticket waits where it does."""
    by = (data.get("why") or {}).get("by", "")
    return {
        "rule": _("by a routing rule"),
        "topic": _("by its topic"),
        "triage": _("nothing placed it: a person has to look"),
        "person": _("moved by a person"),
    }.get(by, "")
