"""What people type to find tickets, read in one pass from left to right.

    geen stroom            both words, also as their stems: Dutch with Dutch
    "geen stroom"          exactly these words, next to each other
    stroom*                words that begin so
    storing OR uitval      either
    -meter                 without this word
    #123                   this number
    queue:outages          a filter; the value may stand in quotation marks

A word is a run of letters and digits; accents and capitals make no difference.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

LONGEST = 400  # characters
MOST_TERMS = 20
SHORTEST_PREFIX = 3
FIELDS = (
    *("from", "queue", "topic", "tag", "channel", "agent", "status", "priority"),
    *("language", "before", "after"),
)

_WORD = re.compile(r"[^\W_]+")
# One branch for each first character, so that nothing is read twice.
_TOKEN = re.compile(r'\s*(-?)(?:([A-Za-z_]+):(?!//))?(?:"([^"]*)("?)|([^\s"]+))')
_NUMBER = re.compile(r"#([0-9]{1,18})")


class Unclear(ValueError):
    """What was typed cannot be read; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand next to each other; one alone also matches by its stem."""

    words: tuple[str, ...]
    exact: bool = False
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One term of each group has to be there, and none of those without."""

    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()
    number: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def terms(self) -> tuple[Term, ...]:
        """What is looked for and shown, in the order it was typed."""
        return tuple(term for group in self.groups for term in group)

    @property
    def words(self) -> list[str]:
        """Every word of the query, once."""
        every = (*self.terms, *self.without)
        return sorted({word for term in every for word in term.words})


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text in the form in which they are compared."""
    return tuple(_WORD.findall(fold(text)))


def fold(text: str) -> str:
    """Without accents and capitals."""
    if text.isascii():  # nearly every word: the long way takes ten times as long
        return text.lower()
    flat = unicodedata.normalize("NFKD", text)
    return "".join(c for c in flat if not "\u0300" <= c <= "\u036f").lower()


def parse(text: str) -> Query:
    """Read what was typed. Raises Unclear."""
    if len(text) > LONGEST:
        raise Unclear(_("Send at most %(most)d characters.") % {"most": LONGEST})
    reading = _Reading()
    for token in _tokens(text):
        reading.take(token)
    return reading.done()


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self.groups: list[tuple[Term, ...]] = []
        self.without: list[Term] = []
        self.numbers: list[int] = []
        self.fields: dict[str, str] = {}
        self.either = False  # the last word was OR

    def take(self, token: "_Token") -> None:
        if token.text == "OR" and token.is_bare:
            self._need(not self.either and bool(self.groups))
            self.either = True
        elif token.name:
            self._need(not self.either)
            _add_field(self.fields, token)
        elif token.is_bare and (found := _NUMBER.fullmatch(token.text)):
            self._need(not self.either)
            self.numbers.append(int(found[1]))
        elif term := _term(token):
            self._add(term, token)

    def _add(self, term: Term, token: "_Token") -> None:
        if token.minus:
            self._need(not self.either)
            self.without.append(term)
        elif self.either:
            self.groups[-1] = (*self.groups[-1], term)
            self.either = False
        else:
            self.groups.append((term,))

    def _need(self, stands_well: bool) -> None:
        if not stands_well:
            raise Unclear(_("Put OR between two words."))

    def done(self) -> Query:
        self._need(not self.either)
        if sum(map(len, self.groups)) + len(self.without) > MOST_TERMS:
            raise Unclear(
                _("Look for at most %(most)d words at once.") % {"most": MOST_TERMS}
            )
        if len(self.numbers) > 1:
            raise Unclear(_("Look for one number at a time."))
        if self.without and not self.groups:
            raise Unclear(_("Add a word to look for beside what to leave out."))
        if not (self.groups or self.numbers or self.fields):
            raise Unclear(_("Send a word to look for."))
        number = self.numbers[0] if self.numbers else None
        return Query(tuple(self.groups), tuple(self.without), number, self.fields)


@dataclass(frozen=True, slots=True)
class _Token:
    minus: bool
    name: str
    text: str
    quoted: bool

    @property
    def is_bare(self) -> bool:
        return not (self.minus or self.name or self.quoted)


def _tokens(text: str) -> Iterator[_Token]:
    at, text = 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:  # `queue:` at the end, or a minus that belongs to nothing
            rest = text[at:].split()[0]
            raise Unclear(_nothing_after(rest[:40]))
        at = found.end()
        minus, name, phrase, closed, bare = found.groups()
        if bare and bare[-1] == ":" and bare[:-1].lower() in FIELDS:
            raise Unclear(_nothing_after(bare))
        if phrase is not None and not closed:
            raise Unclear(_('Close the quotation mark with another ".'))
        name = (name or "").lower()
        yield _Token(
            bool(minus), name, bare if phrase is None else phrase, bare is None
        )


def _nothing_after(name: str) -> str:
    return _("Write something after %(name)s") % {"name": name}


def _add_field(fields: dict[str, str], token: _Token) -> None:
    name, value = token.name, token.text.strip()
    if name not in FIELDS:
        raise Unclear(
            _(
                "There is no %(name)s: to filter by. Choose from: %(known)s; "
                "or put it in quotation marks to look for the words."
            )
            % {"name": name[:40], "known": ", ".join(FIELDS)}
        )
    if token.minus:
        raise Unclear(
            _("Only words can be left out: write %(name)s: without the minus.")
            % {"name": name}
        )
    if name in fields:
        raise Unclear(_("Write %(name)s: once.") % {"name": name})
    if not value:
        raise Unclear(_nothing_after(f"{name}:"))
    fields[name] = value


def _term(token: _Token) -> Term | None:
    """None where there is no word in it at all."""
    words = words_of(token.text)
    if not words:
        return None
    prefix = token.text.endswith("*") and not token.quoted
    if prefix and len(words[-1]) < SHORTEST_PREFIX:
        raise Unclear(
            _("Write at least %(least)d letters before the *.")
            % {"least": SHORTEST_PREFIX}
        )
    return Term(words, exact=token.quoted or len(words) > 1, prefix=prefix)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, and whether it is what was looked for."""

    text: str
    hit: bool


def highlight(
    text: str, terms: tuple[tuple[frozenset[str], ...], ...], length: int
) -> list[Segment]:
    """Return the part of `text` where the first hit is, cut into segments.

    Each term is, for each of its words in turn, the forms that count as that word.
    """
    text = unicodedata.normalize("NFC", text)
    spans = _spans(text, terms)
    begin, end = _window(text, spans[0][0] if spans else 0, length)
    segments: list[Segment] = []
    at = begin
    for first, last in spans:
        if first < at or last > end:
            continue
        segments += [Segment(text[at:first], False), Segment(text[first:last], True)]
        at = last
    segments.append(Segment(text[at:end], False))
    if begin > 0:
        segments.insert(0, Segment("…", False))
    if end < len(text):
        segments.append(Segment("…", False))
    return _joined(segments)


def _spans(
    text: str, terms: tuple[tuple[frozenset[str], ...], ...]
) -> list[tuple[int, int]]:
    """Where the terms are: from the first word's begin to the last word's end."""
    found = [(fold(one[0]), one.start(), one.end()) for one in _WORD.finditer(text)]
    begins: dict[str, list[tuple[frozenset[str], ...]]] = {}
    for term in terms:
        for form in term[0]:
            begins.setdefault(form, []).append(term)
    spans = []
    for n, (word, start, _end) in enumerate(found):
        for term in begins.get(word, ()):
            stretch = found[n : n + len(term)]
            if len(stretch) == len(term) and all(
                said in forms for (said, *_), forms in zip(stretch, term, strict=True)
            ):
                spans.append((start, stretch[-1][2]))
    return spans


def _window(text: str, hit: int, length: int) -> tuple[int, int]:
    """A stretch around the hit that begins and ends between words."""
    if len(text) <= length:
        return 0, len(text)
    begin = max(0, min(hit - length // 3, len(text) - length))
    end = min(len(text), begin + length)
    if begin and (space := text.find(" ", begin, max(begin, hit))) >= 0:
        begin = space + 1
    if end < len(text) and (space := text.rfind(" ", hit, end)) > hit:
        end = space
    return begin, end


def _joined(segments: list[Segment]) -> list[Segment]:
    joined: list[Segment] = []
    for one in segments:
        if not one.text:
            continue
        if joined and joined[-1].hit == one.hit:
            joined[-1] = Segment(joined[-1].text + one.text, one.hit)
        else:
            joined.append(one)
    return joined
