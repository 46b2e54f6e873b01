"""Tickets found by what was said, best first.

Of a word that is everywhere the newest matches are ranked and no others: entries are
numbered as they come, and each carries the numbers of the blocks of 4,096 and of 65,536
that it is in, as words of the same index. So a search begins in the newest blocks and
goes back as far as it needs; a rare word is looked up in all of them at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from conversations.models.bulk import fetch
from webcare.domain.search import (
    Query,
    Segment,
    Term,
    Unclear,
    highlight,
    parse,
)
from webcare.domain.ticket_filters import read_definition
from webcare.exceptions import Invalid
from webcare.models import User
from webcare.queries.snippets import STEMS, Stems, forms_in
from webcare.queries.ticket_filters import Asked, Wanted, ask

RANKED = 500  # matches that are visible: the newest of them are put in order
LOOKED_AT = 5_000  # matches, visible or not, until looking ends
FINE, COARSE = 12, 16  # bits of an entry's number within a block
MOST_BLOCKS = 48
SNIPPET = 240  # characters


class Found(NamedTuple):
    """The newest matches; `complete` when there are no others."""

    entries: list[int]
    tickets: list[int]
    complete: bool


class Place(NamedTuple):
    """Where a page of hits ends: the next goes on in the same order."""

    ceiling: int  # entries that came later are not looked at
    as_of: datetime
    score: float
    entry: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket, and the best of what it was found by."""

    ticket: int
    kind: str
    at: datetime
    rank: float
    snippet: list[Segment]


class Hits(NamedTuple):
    hits: list[Hit]
    next: Place | None
    complete: bool


def read(text: str, wanted: Wanted) -> tuple[Query, Wanted]:
    """Return what is typed and what tickets are asked for besides. Raises Invalid."""
    try:
        query = parse(text)
        return query, _with_fields(query, wanted)
    except Unclear as error:
        raise Invalid(q=str(error)) from error


# What is typed -> the filter of the list, where it goes by another name.
_FILTERS = {name: name for name in ("queue", "topic", "tag", "channel", "agent")} | {
    name: name for name in ("status", "priority", "language")
}


def _with_fields(query: Query, wanted: Wanted) -> Wanted:
    given = {name: query.fields[name] for name in _FILTERS if name in query.fields}
    values, errors = read_definition(given)
    if errors:
        name, sentence = next(iter(errors.items()))
        raise Unclear(f"{name}: {sentence}")
    for name in values:
        if getattr(wanted, name) is not None:
            raise Unclear(f"{name} is asked for twice.")
    if "from" in query.fields:
        values["author"] = query.fields["from"].lstrip("@")
    if query.number is not None:
        values["ids"] = (query.number,)
    return replace(wanted, **values)


def moment_of(text: str) -> datetime:
    """Read a day of the desk, or an instant. Raises Unclear."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unclear(
            "Write a day like 2026-03-01, or a time with its zone."
        ) from error
    return found if found.tzinfo else timezone.make_aware(found)


class _Sought(NamedTuple):
    """A query in the language of the index."""

    query: str  # for `::tsquery`; empty where only tickets are filtered
    where: list[str]
    values: dict[str, Any]
    stems: Stems
    ceiling: int
    begin: int  # the number of the entry where looking back begins


def tickets_with(user: User, text: str, wanted: Wanted) -> Wanted:
    """Return `wanted` narrowed to tickets of which a text matches: the newest 500
    matches at most. Raises Invalid."""
    query, wanted = read(text, replace(wanted, q=None))
    if not query.groups:
        return wanted if not _times(query) else _said_within(wanted, query)
    sought = _seek(query)
    found = _find(sought, ask(user, wanted))
    return replace(wanted, ids=tuple(found.tickets))


def _said_within(wanted: Wanted, query: Query) -> Wanted:
    """Without a word, `before:` and `after:` are of the ticket itself."""
    times = _times(query)
    return replace(
        wanted,
        opened_before=times.get("before", wanted.opened_before),
        opened_after=times.get("after", wanted.opened_after),
    )


def search(
    user: User, text: str, wanted: Wanted, place: Place | None, limit: int
) -> Hits:
    """Return one page of hits, the best first. Raises Invalid.

    A handful of statements, whatever is found: what the words are in the index, the
    matches of one to three stretches of it, and the page.
    """
    query, wanted = read(text, wanted)
    if not query.groups:
        raise Invalid(q="Send a word to look for; filters alone belong to the list.")
    sought = _seek(query)
    if place:
        sought = sought._replace(ceiling=min(place.ceiling, sought.ceiling))
        sought = sought._replace(begin=min(sought.begin, sought.ceiling))
    found = _find(sought, ask(user, wanted))
    as_of = place.as_of if place else timezone.now()
    rows = _ranked(sought, found.entries, as_of, place, limit + 1)
    more = rows[limit:]
    rows = rows[:limit]
    last = (
        Place(sought.ceiling, as_of, rows[-1].score, rows[-1].entry) if more else None
    )
    return Hits(_shown(query, sought, rows), last, found.complete)


def _times(query: Query) -> dict[str, datetime]:
    names = [name for name in ("before", "after") if name in query.fields]
    try:
        return {name: moment_of(query.fields[name]) for name in names}
    except Unclear as error:
        raise Invalid(q=str(error)) from error


def _seek(query: Query) -> _Sought:
    """Learn the stems of the words and where the index ends: one statement."""
    times = _times(query)
    begin = "SELECT max(id) FROM webcare_searchentry"
    if "before" in times:
        begin = """SELECT id FROM webcare_searchentry WHERE at < %(before)s
                    ORDER BY at DESC, id DESC LIMIT 1"""
    rows = fetch(
        f"""SELECT word, {STEMS},
                   (SELECT max(id) FROM webcare_searchentry), ({begin})
              FROM unnest(%(words)s::text[]) AS word""",
        {"words": query.words, **times},
    )
    stems = {word: (dutch, english) for word, dutch, english, *_ in rows}
    where = []
    if "before" in times:
        where.append("e.at < %(before)s")
    if "after" in times:
        where.append("e.at >= %(after)s")
    ceiling, begin_at = rows[0][3] or 0, rows[0][4] or 0
    return _Sought(_as_tsquery(query, stems), where, times, stems, ceiling, begin_at)


def _as_tsquery(query: Query, stems: Stems) -> str:
    """Words are letters and digits alone, so that quoting them is safe."""
    groups = [
        " | ".join(_as_part(term, stems) for term in group) for group in query.groups
    ]
    without = [f"!({_as_part(term, stems)})" for term in query.without]
    return " & ".join([*(f"({group})" for group in groups), *without])


def _as_part(term: Term, stems: Stems) -> str:
    last = "*A" if term.prefix else "A"
    if term.exact or term.prefix:
        *words, ending = term.words
        parts = [*(f"'{word}':A" for word in words), f"'{ending}':{last}"]
        return f"({' <-> '.join(parts)})"
    [word] = term.words
    dutch, english = stems[word]
    forms = [f"'{word}':A"]
    forms += [f"'{dutch}':B"] if dutch else []
    forms += [f"'{english}':C"] if english else []
    return f"({' | '.join(forms)})"


def _find(sought: _Sought, asked: Asked) -> Found:
    """Return the newest visible matches, from ever longer stretches of the index."""
    begin = sought.begin
    blocks = [f"'~{n}'" for n in _numbers(begin, 1 << FINE, FINE)]
    found, looked = _matches(sought, asked, blocks)
    if _is_enough(found, looked) or begin >> FINE <= 1:
        return _as_found(found, looked)
    if wider := _wider(begin, len(found), looked):
        found, looked = _matches(sought, asked, wider)
        if _is_enough(found, looked):
            return _as_found(found, looked)
    return _as_found(*_matches(sought, asked, []))


def _is_enough(found: list[tuple[int, int]], looked: int) -> bool:
    return len(found) >= RANKED or looked >= LOOKED_AT


def _as_found(found: list[tuple[int, int]], looked: int) -> Found:
    tickets = list(dict.fromkeys(ticket for _, ticket in found))
    return Found([entry for entry, _ in found], tickets, not _is_enough(found, looked))


def _numbers(begin: int, entries: int, bits: int) -> Iterator[int]:
    """The blocks that hold at least so many entries up to `begin`, newest first."""
    yield from range(begin >> bits, max(begin - entries, 0) >> bits, -1)
    yield max(begin - entries, 0) >> bits


def _wider(begin: int, found: int, looked: int) -> list[str]:
    """The blocks in which enough should be, judging by the newest ones; none for all.

    What was seen hardly ever in 4,096 entries is rare enough to be looked up in all.
    """
    if looked < 8:
        return []
    wanted = min(RANKED * looked / max(found, 1), LOOKED_AT)
    entries = int(1.5 * wanted * (2 << FINE) / looked)
    for bits, mark in ((FINE, "~"), (COARSE, "~~")):
        if entries >> bits < MOST_BLOCKS and entries < begin:
            return [f"'{mark}{n}'" for n in _numbers(begin, entries, bits)]
    return []


def _matches(
    sought: _Sought, asked: Asked, blocks: list[str]
) -> tuple[list[tuple[int, int]], int]:
    """Return entries with their tickets, newest first, and how many were looked at."""
    query = sought.query
    if blocks:
        query = f"({query}) & ({' | '.join(blocks)})"
    # By a number plus nothing: walking all entries backwards, which the planner likes
    # better than it is, is no way to begin with.
    where = ["e.tsv @@ %(query)s::tsquery", "e.id + 0 <= %(ceiling)s", *sought.where]
    rows = fetch(
        f"""WITH matched AS MATERIALIZED (
                SELECT e.id, e.ticket_id FROM webcare_searchentry e
                 WHERE {" AND ".join(where)}
                 ORDER BY e.id + 0 DESC LIMIT {LOOKED_AT}),
            seen AS (
                SELECT m.id, m.ticket_id FROM matched m
                  JOIN webcare_ticket k ON k.id = m.ticket_id
                 WHERE {" AND ".join(asked.where)}
                 ORDER BY m.id DESC LIMIT {RANKED})
            SELECT (SELECT count(*) FROM matched), ARRAY(SELECT id FROM seen),
                   ARRAY(SELECT ticket_id FROM seen)""",
        {
            **asked.values,
            **sought.values,
            "query": query,
            "ceiling": sought.ceiling,
        },
    )
    [[looked, entries, tickets]] = rows
    return list(zip(entries, tickets, strict=True)), looked


class _Row(NamedTuple):
    entry: int
    ticket: int
    kind: str
    at: datetime
    score: float
    said: str


# How well the words match, halved for every thirty days of age: words as they are count
# double, and words that stand close to each other more.
_RANKED = """
    WITH ranked AS (
        SELECT e.id, e.ticket_id, e.kind, e.source_id, e.at,
               (ts_rank_cd('{0, 0.5, 0.5, 1}', e.tsv, %(query)s::tsquery, 1)
                / (1 + greatest(0, extract(epoch FROM %(as_of)s - e.at)) / 2592000)
               )::float8 AS score
          FROM webcare_searchentry e WHERE e.id = ANY(%(entries)s)),
    best AS (
        SELECT DISTINCT ON (ticket_id) * FROM ranked
         ORDER BY ticket_id, score DESC, id DESC),
    page AS (
        SELECT * FROM best WHERE %(beyond)s::float8 IS NULL
            OR (score, id) < (%(beyond)s, %(entry)s)
         ORDER BY score DESC, id DESC LIMIT %(limit)s)
    SELECT p.id, p.ticket_id, p.kind, p.at, p.score, coalesce(CASE p.kind
           WHEN 'message' THEN (SELECT text FROM conversations_message
                                 WHERE id = p.source_id)
           WHEN 'note' THEN (SELECT text FROM webcare_note WHERE id = p.source_id)
           WHEN 'author' THEN (SELECT btrim(handle || ' ' || name)
                                 FROM conversations_author WHERE id = p.source_id)
           WHEN 'tag' THEN (SELECT name FROM webcare_tag WHERE id = p.source_id)
           ELSE (SELECT system || ' ' || reference FROM webcare_externalreference
                  WHERE id = p.source_id) END, '')
      FROM page p ORDER BY p.score DESC, p.id DESC"""


def _ranked(
    sought: _Sought,
    entries: list[int],
    as_of: datetime,
    place: Place | None,
    limit: int,
) -> list[_Row]:
    if not entries:
        return []
    rows = fetch(
        _RANKED,
        {
            "query": sought.query,
            "as_of": as_of,
            "entries": entries,
            "beyond": place and place.score,
            "entry": place.entry if place else 0,
            "limit": limit,
        },
    )
    return [_Row._make(row) for row in rows]


def _shown(query: Query, sought: _Sought, rows: list[_Row]) -> list[Hit]:
    texts = [row.said for row in rows]
    forms = forms_in(texts, query.terms, sought.stems)
    return [
        Hit(
            row.ticket,
            row.kind,
            row.at,
            row.score,
            highlight(row.said, forms, SNIPPET),
        )
        for row in rows
    ]
