"""Pages of a list by the last row seen: the hundredth costs what the first does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

Rows = QuerySet[Any, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Order:
    """A time by which rows are listed; rows without one come last."""

    field: str
    descending: bool = False
    nullable: bool = False


class Mark(NamedTuple):
    """The edge of a page: what lies beyond it comes next."""

    at: datetime | None
    id: int
    backward: bool = False


class Page(NamedTuple):
    rows: list[tuple[Any, ...]]
    next: Mark | None
    previous: Mark | None


def read_page(rows: Rows, order: Order, mark: Mark | None, limit: int) -> Page:
    """Return up to `limit` rows beyond `mark`, in `order`.

    `rows` are tuples whose first two values are the field of `order` and the id. One
    statement, or two where a page crosses from rows that have the time to rows that
    have not.
    """
    backward = mark is not None and mark.backward
    found: list[tuple[Any, ...]] = []
    for leg in _legs(rows, order, mark, up=order.descending == backward):
        found += leg[: limit + 1 - len(found)]
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


def _legs(rows: Rows, order: Order, mark: Mark | None, *, up: bool) -> list[Rows]:
    """The parts of the list that are walked, each by an index alone."""
    name = order.field
    if not order.nullable:
        return [_beyond(rows, name, mark, up)]
    if mark is None:
        return [rows.order_by(F(name).asc(nulls_last=True), "pk")]
    with_time = rows.filter(**{f"{name}__isnull": False})
    without = rows.filter(**{f"{name}__isnull": True})
    if mark.at is None:
        legs = [_by_id(without, mark, up)]
        return legs if up else [*legs, _beyond(with_time, name, None, up)]
    legs = [_beyond(with_time, name, mark, up)]
    return [*legs, _by_id(without, None, up)] if up else legs


def _beyond(rows: Rows, name: str, mark: Mark | None, up: bool) -> Rows:
    if mark is not None:
        side = "gt" if up else "lt"
        rows = rows.filter(
            Q(**{f"{name}__{side}": mark.at})
            | Q(**{name: mark.at, f"pk__{side}": mark.id}),
            # Says no more than the line above, but lets the index begin there.
            **{f"{name}__{side}e": mark.at},
        )
    return rows.order_by(*((name, "pk") if up else (f"-{name}", "-pk")))


def _by_id(rows: Rows, mark: Mark | None, up: bool) -> Rows:
    if mark is not None:
        rows = rows.filter(**{f"pk__{'gt' if up else 'lt'}": mark.id})
    return rows.order_by("pk" if up else "-pk")
