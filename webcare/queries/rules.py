"""The desk's rules as books to look texts up in; compiled once per set of rules."""

from functools import lru_cache

from webcare.domain.topics.rules import Rule, RuleBook, RuleKind
from webcare.models import TopicRule


def rule_book(*, danger_only: bool = False) -> RuleBook:
    """Return the rules of all topics in use, or of those that mean danger.

    One statement; as long as no rule changes, the same book.
    """
    rules = TopicRule.objects.filter(topic__retired_at=None)
    if danger_only:
        rules = rules.filter(topic__is_danger=True)
    rows = rules.order_by("pk").values_list(
        "pk", "topic_id", "kind", "pattern", "language", "channel__slug"
    )
    return _compiled(
        tuple(
            Rule(pk, topic, RuleKind(kind), pattern, language, channel or "")
            for pk, topic, kind, pattern, language, channel in rows
        )
    )


@lru_cache(maxsize=8)
def _compiled(rules: tuple[Rule, ...]) -> RuleBook:
    return RuleBook(rules)
