"""Tickets found by what was said, best first.

Of a word that is everywhere the newest matches are ranked and no others: entries are
numbered as they come, and each carries the numbers of the blocks of 4,096 and of 65,536
that it is in, as words of the same index. So a search begins in the newest blocks and
goes back as far as it needs; what is rare in a million of them is looked up in all.

The index knows words, not where they stand nor how they begin. It is asked for entries
that have all the words, the *candidates*; whether they stand next to each other is
asked of those, and there is an end to how many are looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

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

FINE, COARSE = 12, 16  # bits of an entry's number within a block
MOST_BLOCKS = 48
FAR_BACK = 1 << 20  # entries in which a rare word is looked up before all
WALKED = 2_048  # entries that are read one by one for words that begin so
SNIPPET = 240  # characters


class Depth(NamedTuple):
    """How much is looked for."""

    ranked: int  # matches that are visible: the newest of them are put in order
    looked_at: int  # candidates, visible or not, until looking ends


FOR_A_PAGE = Depth(200, 2_000)
FOR_A_LIST = Depth(500, 5_000)


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
            raise Unclear(_("%(name)s is asked for twice.") % {"name": name})
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
            _("Write a day like 2026-03-01, or a time with its zone.")
        ) from error
    return found if found.tzinfo else timezone.make_aware(found)


class _Sought(NamedTuple):
    """A query in the language of the index."""

    query: str  # for `::tsquery`
    candidates: str  # the same without what the index cannot tell; the same mostly
    has_prefix: bool
    where: list[str]
    values: dict[str, Any]
    stems: Stems
    ceiling: int
    begin: int  # the number of the entry where looking back begins


def tickets_with(user: User, text: str, wanted: Wanted) -> Wanted:
    """Return `wanted` narrowed to tickets of which a text matches: the newest 500
    matches at most, of 5,000 candidates. Raises Invalid."""
    query, wanted = read(text, replace(wanted, q=None))
    if not query.groups:
        return wanted if not _times(query) else _said_within(wanted, query)
    sought = _seek(query)
    found = _find(sought, ask(user, wanted), FOR_A_LIST)
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
        return _without_words(user, query, wanted, place, limit)
    sought = _seek(query)
    if place:
        sought = sought._replace(ceiling=min(place.ceiling, sought.ceiling))
        sought = sought._replace(begin=min(sought.begin, sought.ceiling))
    found = _find(sought, ask(user, wanted), FOR_A_PAGE)
    as_of = place.as_of if place else timezone.now()
    rows = _ranked(sought, found.entries, as_of, place, limit + 1)
    more = rows[limit:]
    rows = rows[:limit]
    last = (
        Place(sought.ceiling, as_of, rows[-1].score, rows[-1].entry) if more else None
    )
    return Hits(_shown(query, sought, rows), last, found.complete)


def _without_words(
    user: User, query: Query, wanted: Wanted, place: Place | None, limit: int
) -> Hits:
    """Tickets of an author, or of a number: the newest first, with nothing to rank."""
    kind = "number" if query.number is not None else "author"
    if kind == "author" and "from" not in query.fields:
        raise Invalid(q=_("Send a word to look for; filters alone belong to the list."))
    asked = ask(user, _said_within(wanted, query))
    beyond = "(k.opened_at, k.id) < (%(at)s, %(id)s)" if place else "true"
    rows = fetch(
        f"""SELECT k.id, k.opened_at, k.excerpt, btrim(w.handle || ' ' || w.name)
              FROM webcare_ticket k JOIN conversations_author w ON w.id = k.author_id
             WHERE {" AND ".join([*asked.where, beyond])}
             ORDER BY k.opened_at DESC, k.id DESC LIMIT %(limit)s""",
        {
            **asked.values,
            "at": place and place.as_of,
            "id": place and place.entry,
            "limit": limit + 1,
        },
    )
    hits = [
        Hit(pk, kind, at, 0.0, [Segment(said, False)])
        for pk, at, excerpt, author in rows[:limit]
        for said in (author if kind == "author" else excerpt,)
    ]
    more = len(rows) > limit
    return Hits(
        hits, Place(0, hits[-1].at, 0.0, hits[-1].ticket) if more else None, True
    )


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
        prepared=True,
    )
    stems = {word: (dutch, english) for word, dutch, english, *_ in rows}
    where = []
    if "before" in times:
        where.append("e.at < %(before)s")
    if "after" in times:
        where.append("e.at >= %(after)s")
    ceiling, begin_at = rows[0][3] or 0, rows[0][4] or 0
    return _Sought(
        _as_tsquery(query, stems, "<->"),
        _as_tsquery(query, stems, "&"),
        any(term.prefix for term in query.terms),
        *(where, times, stems, ceiling, begin_at),
    )


def _as_tsquery(query: Query, stems: Stems, next_to: str) -> str:
    """Words are letters and digits alone, so that quoting them is safe.

    `next_to` is what stands between words of a phrase that is looked for.
    """
    groups = [
        " | ".join(_as_part(term, stems, next_to) for term in group)
        for group in query.groups
    ]
    without = [f"!({_as_part(term, stems, '<->')})" for term in query.without]
    return " & ".join([*(f"({group})" for group in groups), *without])


def _as_part(term: Term, stems: Stems, next_to: str) -> str:
    last = "*A" if term.prefix else "A"
    if term.exact or term.prefix:
        *words, ending = term.words
        parts = [*(f"'{word}':A" for word in words), f"'{ending}':{last}"]
        return f"({f' {next_to} '.join(parts)})"
    [word] = term.words
    dutch, english = stems[word]
    forms = [f"'{word}':A"]
    forms += [f"'{dutch}':B"] if dutch else []
    forms += [f"'{english}':C"] if english else []
    return f"({' | '.join(forms)})"


def _find(sought: _Sought, asked: Asked, depth: Depth) -> Found:
    """Return the newest visible matches, from ever longer stretches of the index."""
    span = 2 << FINE
    if sought.has_prefix:
        # The index gathers every word that begins so, of all entries: what is said
        # all the time is found sooner by reading the newest ones.
        span = WALKED
        found, looked = _matches(sought, asked, depth, walked=True)
        if len(found) >= depth.ranked or sought.begin <= WALKED:
            return _as_found(found, looked, depth)
    else:
        found, looked = _matches(sought, asked, depth, _blocks(sought.begin, 1 << FINE))
        if _is_enough(found, looked, depth) or sought.begin >> FINE <= 1:
            return _as_found(found, looked, depth)
    wider = _wider(sought.begin, len(found), looked, span, depth)
    found, looked = _matches(sought, asked, depth, wider)
    if wider and not _is_enough(found, looked, depth):
        found, looked = _matches(sought, asked, depth)
    return _as_found(found, looked, depth)


def _is_enough(found: list[tuple[int, int]], looked: int, depth: Depth) -> bool:
    return len(found) >= depth.ranked or looked >= depth.looked_at


def _as_found(found: list[tuple[int, int]], looked: int, depth: Depth) -> Found:
    tickets = list(dict.fromkeys(ticket for _, ticket in found))
    entries = [entry for entry, _ in found]
    return Found(entries, tickets, not _is_enough(found, looked, depth))


def _blocks(begin: int, entries: int) -> list[str]:
    """The blocks that hold at least so many entries up to `begin`, newest first; none,
    which stands for all, where that would be too many."""
    for bits, mark in ((FINE, "~"), (COARSE, "~~")):
        if entries >> bits < MOST_BLOCKS and entries < begin:
            oldest = (begin - entries) >> bits
            numbers = range(begin >> bits, oldest - 1, -1)
            return [f"'{mark}{n}'" for n in numbers]
    return []


def _wider(begin: int, found: int, looked: int, span: int, depth: Depth) -> list[str]:
    """The blocks in which enough should be, judging by `span` entries; none for all."""
    if looked < 8:
        return _blocks(begin, FAR_BACK)
    wanted = min(depth.ranked * looked / max(found, 1), depth.looked_at)
    return _blocks(begin, int(1.5 * wanted * span / looked))


def _matches(
    sought: _Sought,
    asked: Asked,
    depth: Depth,
    blocks: Sequence[str] = (),
    *,
    walked: bool = False,
) -> tuple[list[tuple[int, int]], int]:
    """Return entries with their tickets, newest first, and how many were looked at.

    Looked at are the candidates in these blocks, or in all; when `walked`, the
    matches among the newest entries.
    """
    candidates = sought.candidates
    if blocks:
        candidates = f"({candidates}) & ({' | '.join(blocks)})"
    # As a function, so that no index is asked.
    fits = "ts_match_vq(e.tsv, %(query)s::tsquery)"
    if walked:
        found_by, fits = f"e.id > %(begin)s - {WALKED} AND {fits}", "true"
    else:
        found_by = "e.tsv @@ %(candidates)s::tsquery"
        if sought.query == sought.candidates:
            fits = "true"
    # By a number plus nothing: walking all entries backwards, which the planner likes
    # better than it is, is no way to begin with.
    where = [found_by, "e.id + 0 <= %(ceiling)s", *sought.where]
    visible = _looked_up(asked)
    # Where every candidate is a match that is visible, those ranked are all it takes.
    most = depth.looked_at if visible or fits != "true" else depth.ranked
    rows = fetch(
        f"""WITH looked AS MATERIALIZED (
                SELECT e.id, e.ticket_id, {fits} AS fits FROM webcare_searchentry e
                 WHERE {" AND ".join(where)}
                 ORDER BY e.id + 0 DESC LIMIT {most}),
            seen AS (
                -- The newest first, one by one, until there are enough.
                SELECT m.id, m.ticket_id
                  FROM (SELECT * FROM looked ORDER BY id DESC) m {visible}
                 WHERE m.fits
                 ORDER BY m.id DESC LIMIT {depth.ranked})
            SELECT (SELECT count(*) FROM looked), ARRAY(SELECT id FROM seen),
                   ARRAY(SELECT ticket_id FROM seen)""",
        {
            **asked.values,
            **sought.values,
            "query": sought.query,
            "candidates": candidates,
            "ceiling": sought.ceiling,
            "begin": sought.begin,
        },
    )
    [[looked, entries, tickets]] = rows
    return list(zip(entries, tickets, strict=True)), looked


def _looked_up(asked: Asked) -> str:
    """SQL that looks up the ticket of a match: nothing where nothing is asked of it."""
    where = [one for one in asked.where if one != "true"]
    if not where:
        return ""
    return f"""CROSS JOIN LATERAL (
        SELECT FROM webcare_ticket k WHERE k.id = m.ticket_id
           AND {" AND ".join(where)} OFFSET 0) AS seen_one"""


class _Row(NamedTuple):
    entry: int
    ticket: int
    kind: str
    at: datetime
    score: float
    said: str


# How well the words match, halved for every thirty days of age: words as they are count
# double, and words that stand close to each other more. By `date_part`, in floats: what
# `extract` tells is a numeric, and to divide by it took longer than all the ranking.
_RANKED = """
    WITH ranked AS (
        SELECT e.id, e.ticket_id, e.kind, e.source_id, e.at,
               (ts_rank_cd('{0, 0.5, 0.5, 1}', e.tsv, %(query)s::tsquery, 1)
                / (1 + greatest(0, date_part('epoch', %(as_of)s - e.at)) / 2592000)
               )::float8 AS score
          FROM webcare_searchentry e WHERE e.id = ANY(%(entries)s::bigint[])),
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
            # As a text: the driver takes longer to write them as an array.
            "entries": f"{{{','.join(map(str, entries))}}}",
            "beyond": place and place.score,
            "entry": place.entry if place else 0,
            "limit": limit,
        },
        prepared=True,
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
