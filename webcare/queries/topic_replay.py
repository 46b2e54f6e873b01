"""A past decision about a topic, made again from what it was made of then.

A decision names the model, the examples that were felt, the precision that was wanted,
the topics that were out of use, and its text; it holds the rules that fitted. Numpy and
scipy come with it: imported by the first question.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from webcare.domain.topics.decide import TopicDecision, decide
from webcare.domain.topics.modelfile import UnreadableModel
from webcare.domain.topics.parts import parts_of
from webcare.domain.topics.rules import Match, Rule, RuleBook, RuleKind
from webcare.models import TopicModel
from webcare.queries.deciding import Deciding, deciding_then, digest_of
from webcare.queries.models import encoder_name
from webcare.queries.topic_reasons import Machine

Facts = dict[str, Any]


class Replayed(NamedTuple):
    """Whether the decision comes out the same; None where it cannot be made again, and
    then why not, in one stable word. `then` and `now` are what is compared."""

    same: bool | None
    reason: str
    then: Facts
    now: Facts | None


def replay(machine: Machine) -> Replayed:
    """Make a stored decision again, and compare all of it."""
    then = _compared(machine.topic, machine.by, machine.confidence, machine.why)
    basis = machine.why.get("basis")
    if not basis:
        return Replayed(None, "not_kept", then, None)
    if digest_of(machine.text) != basis["text"]:
        return Replayed(None, "text_changed", then, None)
    if basis["encoder"] != encoder_name():
        return Replayed(None, "encoder_changed", then, None)
    try:
        deciding = deciding_then(machine.version, machine.newest, basis, machine.at)
    except TopicModel.DoesNotExist:
        return Replayed(None, "model_gone", then, None)
    except UnreadableModel:
        return Replayed(None, "model_of_another_release", then, None)
    if deciding is None:
        return Replayed(None, "examples_changed", then, None)
    made = _made_again(machine, deciding, basis["wanted"])
    now = _compared(made.topic, made.by.value, made.confidence, made.explanation)
    return Replayed(now == then, "", then, now)


def _made_again(machine: Machine, deciding: Deciding, wanted: float) -> TopicDecision:
    [prediction] = deciding.predict([machine.text], wanted)
    parts = parts_of(machine.text)
    found = deciding.predict_by_words(parts, wanted)
    matches = _fitting(machine.why.get("rules") or [], machine.text)
    return decide(matches, prediction, list(zip(parts, found, strict=True)))


def _fitting(rules: Sequence[Mapping[str, Any]], text: str) -> list[Match]:
    """The rules that fitted then, where they fit now; for whom they are is settled."""
    book = RuleBook(
        Rule(one["rule"], one["topic"], RuleKind(one["kind"]), one["pattern"])
        for one in rules
    )
    return book.matches(text)


def _compared(
    topic: int | None, by: str, confidence: float, why: Mapping[str, Any]
) -> Facts:
    return {
        "topic": topic,
        "by": by,
        "confidence": confidence,
        "rules": why.get("rules") or [],
        "model": why.get("model"),
        "also": why.get("also") or [],
    }
