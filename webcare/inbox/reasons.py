"""Why this topic, why this queue: the log's own data, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webcare.domain.outcomes import DecidedBy
from webcare.domain.readings import Danger, Sentiment

# Why something became a ticket or not; a colleague's own word stands as it is.
DECISIONS: Mapping[str, Lazy] = {
    "addressed": gettext_lazy("said to us"),
    "danger": gettext_lazy("speaks of danger"),
    "not_addressed": gettext_lazy("not said to us"),
    "channel_only_listens": gettext_lazy("a channel that only listens"),
    "closing_remark": gettext_lazy("a last word"),
    "survey_answer": gettext_lazy("an answer to our question"),
    "deleted_by_author": gettext_lazy("deleted by its author"),
    "history": gettext_lazy("from an archive"),
    "person": gettext_lazy("decided by a colleague"),
}


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


# What a person can say an author feels.
SENTIMENTS = [(one.value, one.label) for one in Sentiment if one != Sentiment.UNSURE]


@dataclass(frozen=True, slots=True)
class ShownSentiment:
    """How the author feels, and who says so."""

    value: str
    label: str
    by: str


def sentiment_shown(reading: Mapping[str, Any]) -> ShownSentiment | None:
    """Return what the newest message is taken for; None where it was not read."""
    if not reading:
        return None
    said = Sentiment(reading["sentiment_said"] or reading["sentiment"])
    by = _("Chosen by a person")
    if not reading["sentiment_said"]:
        by = _("By its words, %(percent)d %% clear") % {
            "percent": round(reading["score"] * 100)
        }
    if said == Sentiment.UNSURE:
        by = _("The words do not say")
    return ShownSentiment(said.value, str(said.label), by)


def may_be_danger(reading: Mapping[str, Any]) -> bool:
    """Whether the newest message half speaks of danger, and nobody said what it is."""
    return reading.get("danger") == Danger.UNSURE and not reading["danger_said"]


def queue_reason(data: Mapping[str, Any]) -> str:
    """Return why a ticket waits where it does."""
    by = (data.get("why") or {}).get("by", "")
    return {
        "rule": _("by a routing rule"),
        "topic": _("by its topic"),
        "triage": _("nothing placed it: a person has to look"),
        "person": _("moved by a person"),
    }.get(by, "")


def agent_reason(data: Mapping[str, Any]) -> str:
    """Return why this person and nobody else, where there was more to it than room."""
    why = data.get("why") or {}
    words = {
        "language": _("it waited for somebody who knows its language well enough"),
        "skill": _("it waited for somebody with its skills"),
        "had it before": _("it waited, and they had it before"),
    }
    said = [words[one] for one in why.get("widened") or [] if one in words]
    if why.get("sticky"):
        said.append(_("answered this author before"))
    if why.get("knows_more"):
        said.append(_("knows most of what it asks"))
    return ", ".join(said)
