"""One topic out of what the rules and the model say, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webcare.domain.outcomes import DecidedBy
from webcare.domain.topics.prediction import Prediction
from webcare.domain.topics.rules import Match, RuleKind


@dataclass(frozen=True, slots=True)
class Also:
    """A topic that a message has beside its first one, and the words that say so."""

    topic: int
    by: DecidedBy
    found: str

    def explanation(self) -> dict[str, Any]:
        return {"topic": self.topic, "by": self.by.value, "found": self.found}


# Beside the first.
MOST_ALSO = 3
Parts = Sequence[tuple[str, Prediction | None]]


@dataclass(frozen=True, slots=True)
class TopicDecision:
    """A topic, or None when a person has to look.

    `confidence` is 1 for a rule, else the model's, whether or not it was enough (0
    without a model). `explanation` is ready for JSON: the rules that fitted, the one
    that decided first, and what the model made of it.
    """

    topic: int | None
    by: DecidedBy
    confidence: float
    explanation: dict[str, Any]
    also: tuple[Also, ...] = ()


_RANK = {
    RuleKind.COMBINED: 0,
    RuleKind.PHRASE: 1,
    RuleKind.WORD: 2,
    RuleKind.PART: 3,
}


def decide(
    matches: Sequence[Match], prediction: Prediction | None, parts: Parts = ()
) -> TopicDecision:
    """A rule before the model; of several rules the one that says most.

    A combination says more than a phrase, that more than a word and a word more than a
    part of one; then the longer pattern, then the older rule. `prediction` is None
    where there is no model yet. `parts` are sentences and what each is about.

    One topic is the first: it routes, is promised for and counted. Beside it stand, at
    most three, what other rules speak for, in the same order, and then what the model
    is sure of in a sentence, in the order of the text.
    """
    ranked = sorted(matches, key=_precedence)
    explanation = {
        "rules": [match.explanation() for match in ranked],
        "model": None if prediction is None else _explained(prediction),
    }
    first = _first(ranked, prediction)
    also = _beside(first[0], ranked, parts)
    if also:
        explanation["also"] = [one.explanation() for one in also]
    return TopicDecision(*first, explanation, also)


def _first(
    ranked: Sequence[Match], prediction: Prediction | None
) -> tuple[int | None, DecidedBy, float]:
    if ranked:
        return ranked[0].rule.topic, DecidedBy.RULE, 1.0
    if prediction is None:
        return None, DecidedBy.UNSURE, 0.0
    by = DecidedBy.UNSURE if prediction.topic is None else DecidedBy.MODEL
    return prediction.topic, by, prediction.confidence


def _beside(
    first: int | None, ranked: Sequence[Match], parts: Parts
) -> tuple[Also, ...]:
    said = [Also(one.rule.topic, DecidedBy.RULE, one.found) for one in ranked]
    said += [
        Also(found.topic, DecidedBy.MODEL, part)
        for part, found in parts
        if found is not None and found.topic is not None
    ]
    once = {one.topic: one for one in reversed(said) if one.topic != first}
    order = dict.fromkeys(one.topic for one in said)
    return tuple(once[topic] for topic in order if topic in once)[:MOST_ALSO]


def _precedence(match: Match) -> tuple[int, int, int]:
    rule = match.rule
    return _RANK[rule.kind], -len(rule.pattern), rule.id


def _explained(prediction: Prediction) -> dict[str, Any]:
    return {
        "topic": prediction.topic,
        "led_by": prediction.led_by,
        "confidence": round(prediction.confidence, 4),
        "alternatives": [
            {"topic": topic, "confidence": round(confidence, 4)}
            for topic, confidence in prediction.alternatives
        ],
        "why": [{"words": words, "weight": weight} for words, weight in prediction.why],
    }
