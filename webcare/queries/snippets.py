"""The words of a text that count as those that were looked for."""

from collections.abc import Iterable, Iterator, Mapping

from conversations.models.bulk import fetch
from webcare.domain.search import Term, words_of

Stems = Mapping[str, tuple[str, str]]  # word -> its Dutch stem, its English one

STEM = "(coalesce((ts_lexize('{0}_stem', word))[1], ''))"
STEMS = f"{STEM.format('dutch')}, {STEM.format('english')}"


def forms_in(
    texts: Iterable[str], terms: Iterable[Term], sought: Stems
) -> tuple[tuple[frozenset[str], ...], ...]:
    """For each term the words of these texts that count as its words, in turn.

    One statement, or none where no word is like those sought.
    """
    said = {word for text in texts for word in words_of(text)}
    stems = _stems_of(said, sought)
    return tuple(
        tuple(
            frozenset(_forms_of(word, term, last, said, sought[word], stems))
            for word, last in _with_last(term.words)
        )
        for term in terms
    )


def _with_last(words: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    for number, word in enumerate(words, 1):
        yield word, number == len(words)


def _forms_of(
    word: str,
    term: Term,
    last: bool,
    said: set[str],
    stem: tuple[str, str],
    stems: Stems,
) -> Iterator[str]:
    yield word
    if term.prefix and last:
        yield from (one for one in said if one.startswith(word))
    elif not term.exact:
        for one, (dutch, english) in stems.items():
            if (dutch and dutch == stem[0]) or (english and english == stem[1]):
                yield one


def _stems_of(said: set[str], sought: Stems) -> dict[str, tuple[str, str]]:
    """The stems of words that begin like one of those sought: only ends change."""
    begins = {word[:2] for word in sought}
    alike = sorted(word for word in said if word[:2] in begins)
    if not alike:
        return {}
    rows = fetch(
        f"SELECT word, {STEMS} FROM unnest(%s::text[]) AS word",
        [alike],
        prepared=True,
    )
    return {word: (dutch, english) for word, dutch, english in rows}
