"""The desk's rules as books to look texts up in; compiled once per set of rules."""

from collections.abc import Collection
from functools import lru_cache

from conversations.models.bulk import fetch
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
        "pk",
        "topic_id",
        "kind",
        "pattern",
        "language",
        "channel__slug",
        "author_list_id",
    )
    return _compiled(
        tuple(
            Rule(pk, topic, RuleKind(kind), pattern, language, channel or "", authors)
            for pk, topic, kind, pattern, language, channel, authors in rows
        )
    )


def lists_of(authors: Collection[int | None]) -> dict[int | None, list[int]]:
    """Return the author lists that each of these is on; one statement."""
    rows = fetch(
        """SELECT author_id, array_agg(author_list_id) FROM webcare_listedauthor
            WHERE author_id = ANY(%s) GROUP BY author_id""",
        [[author for author in authors if author]],
    )
    return dict(rows)


@lru_cache(maxsize=8)
def _compiled(rules: tuple[Rule, ...]) -> RuleBook:
    return RuleBook(rules)
