"""Rules and the published model, asked about a batch of texts."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from conversations.models.bulk import fetch

from webcare.domain.topics.decide import TopicDecision, decide
from webcare.domain.topics.kinds import RuleKind
from webcare.domain.topics.model import TopicModel as Classifier
from webcare.domain.topics.rules import Rule, RuleBook
from webcare.models import TopicModel

Asked = tuple[str, str, str]  # text, language, channel slug


def decide_topics(asked: Sequence[Asked]) -> list[TopicDecision]:
    """Return one decision for each text: topic or none, by whom, and why."""
    book = _book(_rules(danger_only=False))
    model = published_model()
    return decide(asked, book, model)
