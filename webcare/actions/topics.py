"""Rules and the published model, asked about a batch of texts."""

from collections.abc import Sequence

from webcare.domain.topics.decide import TopicDecision, decide

Asked = tuple[str, str, str]  # text, language, channel slug


def decide_topics(asked: Sequence[Asked]) -> list[TopicDecision]:
    """Return one decision for each text: topic or none, by whom, and why."""
    book = _book(_rules(danger_only=False))
    model = published_model()
    return decide(asked, book, model)
