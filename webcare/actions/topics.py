"""What texts are about, by the desk's rules and its published model."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from webcare.domain.topics.decide import Parts, TopicDecision, decide
from webcare.domain.topics.parts import parts_of
from webcare.queries.rules import lists_of, rule_book

if TYPE_CHECKING:
    from webcare.queries.deciding import Deciding


class Asked(NamedTuple):
    """A text, its language, the channel's slug, the lists that its author is on."""

    text: str
    language: str
    channel: str
    author_lists: Collection[int] = ()


def decide_topics(asked: Sequence[Asked]) -> list[TopicDecision]:
    """Return one decision for each text: a topic or none, by whom, and why; and the
    topics that it has beside.

    Two small statements, whatever the number of texts.
    """
    # Loaded with the first text: most web processes never ask.
    from webcare.queries.deciding import deciding  # noqa: PLC0415

    book = rule_book()
    now = deciding()
    texts = [text for text, *_ in asked]
    predictions = now.predict(texts)
    parts = _by_parts(texts, now)
    decisions = [
        decide(book.matches(*one), prediction, parts.get(number, ()))
        for number, (one, prediction) in enumerate(zip(asked, predictions, strict=True))
    ]
    for text, decision in zip(texts, decisions, strict=True):
        decision.explanation["version"] = now.version
        decision.explanation["basis"] = now.basis(text)
        if now.newest:
            decision.explanation["newest_example"] = now.newest
    return decisions


def _by_parts(texts: Sequence[str], now: "Deciding") -> dict[int, Parts]:
    """What the sentences of long texts are about, by the place of the text."""
    cut = {
        number: parts for number, one in enumerate(texts) if (parts := parts_of(one))
    }
    found = iter(
        now.predict_by_words([part for parts in cut.values() for part in parts])
    )
    return {
        number: [(part, next(found)) for part in parts] for number, parts in cut.items()
    }


def danger_in(heard: Sequence[tuple[str, str, int | None]]) -> list[str]:
    """Return, for each (text, channel slug, author), what of the desk's words speaks of
    danger in it, or "". One small statement, two where a rule is about some authors."""
    book = rule_book(danger_only=True)
    listed = lists_of([author for *_, author in heard]) if book.asks_author else {}
    found = [
        book.matches(text, channel=slug, author_lists=listed.get(author, ()))
        for text, slug, author in heard
    ]
    return [matches[0].found if matches else "" for matches in found]
