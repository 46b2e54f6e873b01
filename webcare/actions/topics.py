"""What texts are about, by the desk's rules and its published model."""

from collections.abc import Sequence

from webcare.domain.topics.decide import TopicDecision, decide
from webcare.queries import models
from webcare.queries.rules import rule_book

Asked = tuple[str, str, str]  # a text, its language, the channel's slug


def decide_topics(asked: Sequence[Asked]) -> list[TopicDecision]:
    """Return one decision for each text: a topic or none, by whom, and why.

    Two small statements, whatever the number of texts.
    """
    book = rule_book()
    published = models.published()
    version, classifier = published or (None, None)
    texts = [text for text, _, _ in asked]
    predictions = classifier.predict(texts) if classifier else [None] * len(texts)
    decisions = [
        decide(book.matches(*one), prediction)
        for one, prediction in zip(asked, predictions, strict=True)
    ]
    for decision in decisions:
        decision.explanation["version"] = version
    return decisions


def danger_in(heard: Sequence[tuple[str, str]]) -> list[str]:
    """Return, for each (text, channel slug), what in it speaks of danger, or ""."""
    book = rule_book(danger_only=True)
    found = [book.matches(text, channel=slug) for text, slug in heard]
    return [matches[0].found if matches else "" for matches in found]
