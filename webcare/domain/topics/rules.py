"""Rules of the desk: words, parts of words and phrases that name a topic."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from webcare.domain.topics import combined
from webcare.domain.topics.text import fold


class RuleKind(TextChoices):
    WORD = "word", _("Whole word")
    PART = "part", _("Part of a word")
    PHRASE = "phrase", _("Words in a row")
    COMBINED = "all", _("Words combined")


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern that speaks for a topic.

    Case and accents do not count, nor does punctuation between words. A *word* stands
    alone: `ING` is not in *storing*, but is in *ING's* and *#ING*. A *part* may stand
    inside one: `storing` is in *stroomstoring*, as Dutch writes its compounds. A
    pattern with # or @ means that hashtag or handle; other patterns look past handles
    and links, which people paste rather than say. *Combined* is read by `combined`.
    Empty `language` or `channel`
    (a slug) means any.
    """

    id: int
    topic: int
    kind: RuleKind
    pattern: str
    language: str = ""
    channel: str = ""
    author_list: int | None = None


# What a rule is for: a language, a channel, a list of authors.
_Scope = tuple[str, str, int | None]


@dataclass(frozen=True, slots=True)
class Match:
    """The first place where a rule fits: `text[start:stop]` is `found`."""

    rule: Rule
    found: str
    start: int
    stop: int

    def explanation(self) -> dict[str, str | int]:
        """As data, to be stored with the decision."""
        return {
            "rule": self.rule.id,
            "topic": self.rule.topic,
            "kind": self.rule.kind.value,
            "pattern": self.rule.pattern,
            "found": self.found,
            "start": self.start,
            "stop": self.stop,
        }


def is_searchable(pattern: str) -> bool:
    """Whether a rule with this pattern could ever fit: it has a word, tag or sign."""
    return bool(_needle(RuleKind.WORD, pattern).text)


def why_unreadable(pattern: str) -> str:
    """What is wrong with a combination of words; "" if it can be read."""
    try:
        node = combined.read(pattern)
    except combined.Unreadable as error:
        return str(error)
    if not all(is_searchable(term.text) for term in combined.terms(node)):
        return gettext("Every term needs a letter, a digit, a tag or a sign.")
    return ""


class RuleBook:
    """Many rules, looked up in a text together."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._scopes: dict[_Scope, list[tuple[Rule, _Needle]]] = {}
        self._combined: list[tuple[Rule, combined.Node]] = []
        for rule in rules:
            if rule.kind == RuleKind.COMBINED:
                if not why_unreadable(rule.pattern):
                    self._combined.append((rule, combined.read(rule.pattern)))
                continue
            needle = _needle(rule.kind, rule.pattern)
            if needle.text:
                scope = self._scopes.setdefault(_scope(rule), [])
                scope.append((rule, needle))

    @property
    def asks_author(self) -> bool:
        """Whether any rule is about some authors alone."""
        scopes = [*self._scopes, *(_scope(rule) for rule, _ in self._combined)]
        return any(authors is not None for *_, authors in scopes)

    def matches(
        self,
        text: str,
        language: str = "",
        channel: str = "",
        author_lists: Collection[int] = (),
    ) -> list[Match]:
        """Every rule that fits, by its first place in `text`; in order of rule id.

        Rules for another language, channel or author are passed over. An unknown
        language (empty) could be any. The time is linear in the length of `text`.
        """
        reading = _Reading(text)
        found = [
            reading.match(rule, needle, place)
            for scope, rules in self._scopes.items()
            if _covers(scope, language, channel, author_lists)
            for rule, needle in rules
            if (place := reading.line(needle).text.find(needle.text)) >= 0
        ]
        for rule, node in self._combined:
            if _covers(_scope(rule), language, channel, author_lists):
                found += reading.combination(rule, node)
        return sorted(found, key=lambda match: match.rule.id)


# Links and the tails of mail addresses are pasted, not said. The alternatives begin
# with different signs and never give back, so that a text is read once.
_TOKEN = re.compile(
    r"(?P<link>\b(?:https?://|www\.)\S++|(?<=\w)@\S++)"
    r"|(?P<tag>[#@]\w++)"
    r"|(?P<word>[^\W_]++|[\u2190-\u2bff\U0001f000-\U0001fbff])"
)
_WORD = re.compile(r"[^\W_]++")


@dataclass(frozen=True, slots=True)
class _Needle:
    """What is searched for, in the line of tags or in that of words."""

    text: str
    words: int
    is_tag: bool


class _Line:
    """Tokens in a row, a space before and after each, and where they came from."""

    def __init__(self, tokens: list[tuple[str, int, int]]) -> None:
        self.tokens = tokens
        self.text = " ".join(["", *(token for token, _, _ in tokens), ""])

    def span(self, place: int, words: int) -> tuple[int, int]:
        """Where the `words` tokens stood of which the first holds `place`."""
        first = self.text.count(" ", 0, place + 1) - 1
        return self.tokens[first][1], self.tokens[first + words - 1][2]


class _Reading:
    """A text, folded and cut into a line of words and a line of tags."""

    def __init__(self, text: str) -> None:
        self._text = text
        words, tags = _tokens(fold(text))
        self._words, self._tags = _Line(words), _Line(tags)

    def line(self, needle: _Needle) -> _Line:
        return self._tags if needle.is_tag else self._words

    def combination(self, rule: Rule, node: combined.Node) -> list[Match]:
        """Where the first of the terms stands that made the rule fit, if it does."""
        made = combined.fits(node, lambda term: self._place(term)[1] >= 0)
        if not made:
            return []
        needle, place = min((self._place(term) for term in made), key=lambda x: x[1])
        return [self.match(rule, needle, place)]

    def _place(self, term: combined.Term) -> "tuple[_Needle, int]":
        kind = RuleKind.PART if term.is_part else RuleKind.PHRASE
        needle = _needle(kind, term.text)
        return needle, self.line(needle).text.find(needle.text)

    def match(self, rule: Rule, needle: _Needle, place: int) -> Match:
        start, stop = self._unfolded(*self.line(needle).span(place, needle.words))
        return Match(rule, self._text[start:stop], start, stop)

    def _unfolded(self, start: int, stop: int) -> tuple[int, int]:
        """The same span in the text as it was written."""
        if self._text.isascii():
            return start, stop
        cuts = range(len(self._text) + 1)
        first = bisect_right(cuts, start, key=self._folded_length) - 1
        last = bisect_left(cuts, stop, key=self._folded_length)
        # Accents that follow as signs of their own belong to the word.
        return first, max(last, bisect_right(cuts, stop, key=self._folded_length) - 1)

    def _folded_length(self, cut: int) -> int:
        return len(fold(self._text[:cut]))


def _tokens(
    folded: str,
) -> tuple[list[tuple[str, int, int]], list[tuple[str, int, int]]]:
    """Words and tags with their spans; a hashtag is a tag and says its words too."""
    words, tags = [], []
    for token in _TOKEN.finditer(folded):
        if token.lastgroup == "word":
            words.append((token[0], *token.span()))
        elif token.lastgroup == "tag":
            tags.append((token[0], *token.span()))
            if token[0][0] == "#":
                inner = _WORD.finditer(folded, *token.span())
                words.extend((word[0], *word.span()) for word in inner)
    return words, tags


def _needle(kind: RuleKind, pattern: str) -> _Needle:
    words, tags = _tokens(fold(pattern))
    is_tag = bool(tags) and fold(pattern).split() == [tag for tag, _, _ in tags]
    tokens = tags if is_tag else words
    text = " ".join(token for token, _, _ in tokens)
    if text and kind != RuleKind.PART:
        text = f" {text} "
    return _Needle(text=text, words=len(tokens), is_tag=is_tag)


def _scope(rule: Rule) -> _Scope:
    return rule.language, rule.channel, rule.author_list


def _covers(
    scope: _Scope, language: str, channel: str, author_lists: Collection[int]
) -> bool:
    rule_language, rule_channel, authors = scope
    speaks = not language or rule_language in ("", language)
    says = authors is None or authors in author_lists
    return speaks and says and rule_channel in ("", channel)
