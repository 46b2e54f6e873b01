"""Pages of a list by the last row seen: the hundredth costs what the first does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from conversations.models.bulk import fetch


@dataclass(frozen=True, slots=True)
class Order:
    """A time by which rows are listed; rows without one come last."""

    column: str
    descending: bool = False
    nullable: bool = False
    # A column that `where` wants empty and the index begins with: only where the order
    # names it as well does a planner see that the rest of the index is in order.
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed, in SQL of ours; foreign values travel in `values` alone."""

    columns: str
    source: str
    id: str
    where: Sequence[str] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    # The table that the conditions are about, where `source` joins others to it: a
    # page is found there first, and only its rows are joined.
    found_in: str = ""
    found_id: str = ""  # the id there, where it is not called `id`
    # A column of it: the page is merged from one walk for each of `branches`.
    branch: str = ""
    # Asked so often that planning it each time is too much; `where` must then find its
    # rows by the same index whatever the values are.
    prepared: bool = False


class Mark(NamedTuple):
    """The edge of a page: what lies beyond it comes next."""

    at: datetime | None
    id: int
    backward: bool = False


class Page(NamedTuple):
    rows: list[tuple[Any, ...]]
    next: Mark | None
    previous: Mark | None


def read_page(listing: Listing, order: Order, mark: Mark | None, limit: int) -> Page:
    """Return up to `limit` rows beyond `mark`, in `order`.

    The first two values of a row are its time and its id. One statement, or two
    where a page crosses from rows that have the time to rows that have not.
    """
    backward = mark is not None and mark.backward
    found: list[tuple[Any, ...]] = []
    for leg in _legs(
        listing.found_id or listing.id, order, mark, up=order.descending == backward
    ):
        found += _walk(listing, order, leg, mark, limit + 1 - len(found))
        if len(found) > limit:
            break
    more = len(found) > limit
    found = found[:limit]
    if backward:
        found.reverse()
    if not found:
        return Page([], None, None)
    first, last = (Mark(at, pk) for at, pk, *_ in (found[0], found[-1]))
    return Page(
        found,
        last if more or backward else None,
        first._replace(backward=True)
        if (more if backward else mark is not None)
        else None,
    )


class _Leg(NamedTuple):
    """A part of the list that is walked by an index alone."""

    where: list[str]
    order: str  # with places for the names of the time and of the id


def _legs(pk: str, order: Order, mark: Mark | None, *, up: bool) -> list[_Leg]:
    time, way, side = order.column, ("" if up else " DESC"), ("><"[not up])
    beyond = f"({time}, {pk}) {side} (%(mark_at)s, %(mark_id)s)"
    first = f"{order.empty}{way}, " if order.empty else ""
    by_time = f"{first}{{at}}{way}, {{id}}{way}"
    if not order.nullable:
        return [_Leg([beyond] if mark else [], by_time)]
    if mark is None:
        return [_Leg([], f"{first}{{at}}{way} NULLS LAST, {{id}}{way}")]
    # Also those without a time are walked by it, for the same reason.
    without = [f"{time} IS NULL"]
    if mark.at is None:
        legs = [_Leg([*without, f"{pk} {side} %(mark_id)s"], by_time)]
        with_time = _Leg([f"{time} IS NOT NULL"], by_time)
        return [*legs, with_time] if mark.backward else legs
    legs = [_Leg([beyond], by_time)]
    return legs if mark.backward else [*legs, _Leg(without, by_time)]


def _walk(
    listing: Listing, order: Order, leg: _Leg, mark: Mark | None, limit: int
) -> list[tuple[Any, ...]]:
    values = {**listing.values, "limit": limit}
    if mark is not None:
        values |= {"mark_at": mark.at, "mark_id": mark.id}
    where = " AND ".join([*listing.where, *leg.where] or ["true"])
    if not listing.found_in:
        way = leg.order.format(at=order.column, id=listing.id)
        return fetch(
            f"SELECT {order.column}, {listing.id}, {listing.columns}"
            f" FROM {listing.source} WHERE {where} ORDER BY {way} LIMIT %(limit)s",
            values,
            prepared=listing.prepared,
        )
    return fetch(
        f"WITH page AS MATERIALIZED ({_found(listing, order, leg, where)})"
        f" SELECT page.at, page.id, {listing.columns}"
        f" FROM page JOIN {listing.source} ON {listing.id} = page.id"
        f" ORDER BY {leg.order.format(at='page.at', id='page.id')}",
        values,
        prepared=listing.prepared,
    )


def _found(listing: Listing, order: Order, leg: _Leg, where: str) -> str:
    """SQL for the times and ids of a page, from one walk or from several."""
    pk = listing.found_id or listing.id
    columns = f"{order.column} AS at, {pk} AS id"
    ordered = f"ORDER BY {leg.order.format(at=order.column, id=pk)}"
    if not listing.branch:
        return (
            f"SELECT {columns} FROM {listing.found_in} WHERE {where}"
            f" {ordered} LIMIT %(limit)s"
        )
    return (
        "SELECT one.at, one.id FROM unnest(%(branches)s::bigint[]) AS branch(id)"
        f" CROSS JOIN LATERAL (SELECT {columns} FROM {listing.found_in}"
        f" WHERE {listing.branch} = branch.id AND {where} {ordered}"
        " LIMIT %(limit)s) AS one"
        f" ORDER BY {leg.order.format(at='one.at', id='one.id')} LIMIT %(limit)s"
    )
