"""One topic out of what the rules and the model say, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webcare.domain.outcomes import DecidedBy
from webcare.domain.topics.model import Prediction
from webcare.domain.topics.rules import Match, RuleKind


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


_RANK = {RuleKind.PHRASE: 0, RuleKind.WORD: 1, RuleKind.PART: 2}


def decide(matches: Sequence[Match], prediction: Prediction | None) -> TopicDecision:
    """A rule before the model; of several rules the one that says most.

    A phrase says more than a word and a word more than a part of one; then the longer
    pattern, then the older rule. `prediction` is None where there is no model yet.
    """
    ranked = sorted(matches, key=_precedence)
    explanation = {
        "rules": [match.explanation() for match in ranked],
        "model": None if prediction is None else _explained(prediction),
    }
    if ranked:
        return TopicDecision(ranked[0].rule.topic, DecidedBy.RULE, 1.0, explanation)
    if prediction is None:
        return TopicDecision(None, DecidedBy.UNSURE, 0.0, explanation)
    by = DecidedBy.UNSURE if prediction.topic is None else DecidedBy.MODEL
    return TopicDecision(prediction.topic, by, prediction.confidence, explanation)


def _precedence(match: Match) -> tuple[int, int, int]:
    rule = match.rule
    return _RANK[rule.kind], -len(rule.pattern), rule.id


def _explained(prediction: Prediction) -> dict[str, Any]:
    return {
        "topic": prediction.topic,
        "confidence": round(prediction.confidence, 4),
        "alternatives": [
            {"topic": topic, "confidence": round(confidence, 4)}
            for topic, confidence in prediction.alternatives
        ],
        "why": [{"words": words, "weight": weight} for words, weight in prediction.why],
    }
