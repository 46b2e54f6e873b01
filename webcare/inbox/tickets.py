"""The list of tickets: what waits, for whom, and what is new in it."""

import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from webcare.domain.outcomes import Resolution
from webcare.domain.permissions import Permission
from webcare.inbox import filters as narrowing
from webcare.inbox.bulk_words import LEFT
from webcare.inbox.filters import Filters
from webcare.inbox.found import context_of, found_with
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.moments import moments
from webcare.inbox.rows import shown
from webcare.inbox.statuses import PRIORITIES
from webcare.queries.inbox import COUNTED, Cursor, Desk, View, desk_of, page_of
from webcare.queries.people import Rights
from webcare.queries.views import Count, Shown, counts_of, view_for, views_of

if TYPE_CHECKING:
    from webcare.models import User

MINUTE = 60


@desk
@require_GET
def ticket_list(request: DeskRequest) -> HttpResponse:
    listing = _listing(request)
    listing |= _many(listing)
    return render(request, "webcare/inbox/ticket_list.html", listing)


@desk
@require_GET
def ticket_list_live(request: DeskRequest) -> HttpResponse:
    """204 while the list is what the page shows already, else the list anew."""
    listing = _listing(request)
    if listing["tag"] == request.GET.get("shown"):
        return HttpResponse(status=204)
    return render(request, "webcare/inbox/_ticket_list_live.html", listing)


@desk
@require_GET
def kept_views(request: DeskRequest) -> HttpResponse:
    """The views that people made: counting them keeps no list waiting."""
    shown = {
        "saved_views": saved_views(request.user),
        "saved_id": request.GET.get("saved", ""),
    }
    return render(request, "webcare/inbox/_kept_views.html", shown)


@desk
@require_GET
def next_ticket(request: DeskRequest) -> HttpResponse:
    """The most pressing ticket of one's own, else of nobody's."""
    rights = Rights.of(request.user)
    for view in (View.MINE, View.UNASSIGNED):
        if rows := page_of(request.user, rights, view).rows:
            return redirect("inbox:ticket", rows[0].public_id)
    return redirect("inbox:ticket-list")


def _listing(request: DeskRequest) -> dict[str, Any]:
    saved = _saved(request)
    filters = narrowing.read(_given(request, saved))
    listed = _of_filters(request, filters, saved) if filters else _of_view(request)
    desk = desk_of(request.user, listed["rights"])
    rows = [shown.row for shown in listed["rows"]]
    return listed | {
        "desk": desk,
        "queue_name": next(
            (q.name for q in desk.queues if q.slug == listed["queue"]), ""
        ),
        "views": views_with(desk),
        "counted": COUNTED,
        "after": request.GET.get("after", ""),
        "tag": _tag(desk, ((row.public_id, row.version) for row in rows)),
        "now": timezone.now(),
        "saved_id": saved.id if saved else "",
        "saved_views": None,
        "may_bulk": bool(listed["rights"].where(Permission.BULK_CHANGE)),
    }


def _many(listing: dict[str, Any]) -> dict[str, Any]:
    """What can be done with several tickets at once, and which all of them are."""
    given = listing["for_many"]
    return {
        "outcomes": Resolution.choices,
        "moments": moments(listing["now"]),
        "priorities": PRIORITIES.items(),
        "many": json.dumps(given),
        "codes": json.dumps({code: str(why) for code, why in LEFT.items()}),
        "narrow": urlencode(given or {}),
    }


def _of_view(request: DeskRequest) -> dict[str, Any]:
    rights = Rights.of(request.user)
    view = _view(request.GET)
    queue = request.GET.get("queue", "")
    after = Cursor.parse(request.GET.get("after", ""))
    page = page_of(request.user, rights, view, queue=queue, after=after)
    now = timezone.now()
    return {
        "rights": rights,
        "rows": [shown(row, now) for row in page.rows],
        "next": page.next,
        "view": view,
        "queue": queue,
        "query": _query(view, queue),
        "for_many": _FILTERS[view] | ({"queue": queue} if queue else {}),
    }


def _of_filters(
    request: DeskRequest, filters: Filters, saved: Shown | None
) -> dict[str, Any]:
    found = found_with(request, filters)
    return {
        "rights": Rights.of(request.user),
        "rows": found.rows,
        "next": found.next,
        "view": "",
        "queue": "",
        "query": f"saved={saved.id}" if saved else filters.query,
        "for_many": filters.for_many,
        "found": found,
        "keep": json.dumps({"filters": filters.given, "order": filters.order}),
        **context_of(request, filters, saved),
    }


def _saved(request: DeskRequest) -> Shown | None:
    """The saved view that is asked for. Raises NotFound."""
    name = request.GET.get("saved", "")
    return view_for(request.user, name) if name else None


def _given(request: DeskRequest, saved: Shown | None) -> Mapping[str, str]:
    if saved is None:
        return request.GET
    return saved.filters | {"order": saved.order}


_ICONS = {
    View.MINE: "mine",
    View.UNASSIGNED: "unassigned",
    View.ALL: "all",
    View.PARKED: "parked",
    View.RESOLVED: "resolved",
}


# Each view as the list of the API has it: what a change of everything in it means.
_FILTERS = {
    View.MINE: {"status": "new,open", "agent": "me"},
    View.UNASSIGNED: {"status": "new,open", "agent": "none"},
    View.ALL: {"status": "new,open"},
    View.PARKED: {"status": "pending,on_hold,snoozed"},
    View.RESOLVED: {"status": "resolved,closed"},
}


def saved_views(user: "User") -> list[tuple[Shown, Count | None]]:
    """Return the views that people made, with how much each holds."""
    made = [one for one in views_of(user) if one.audience != "everybody"]
    counts = counts_of(user, made) if made else {}
    return [(one, counts.get(one.id)) for one in made]


def views_with(desk: Desk | None) -> list[tuple[str, str, str, int | None]]:
    """Return each view's name, label, icon and count, as the rail shows them."""
    counts = desk.views if desk else {}
    return [
        (view.value, str(view.label), icon, counts.get(view))
        for view, icon in _ICONS.items()
    ]


def _view(given: QueryDict) -> View:
    wanted = given.get("view", View.ALL.value)
    return View(wanted) if wanted in View.values else View.ALL


def _query(view: View, queue: str) -> str:
    query = QueryDict(mutable=True)
    query["view"] = view.value
    if queue:
        query["queue"] = queue
    return query.urlencode()


def _tag(desk: Desk, rows: Iterable[object]) -> str:
    """What the page shows, in short; times in words make it new every minute."""
    minute = int(timezone.now().timestamp()) // MINUTE
    facts = repr((desk, list(rows), minute)).encode()
    return blake2b(facts, digest_size=12).hexdigest()
