"""The list of tickets: what waits, for whom, and what is new in it."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.rows import shown
from webcare.queries.inbox import COUNTED, Cursor, Desk, View, desk_of, page_of
from webcare.queries.people import Rights

MINUTE = 60


@desk
@require_GET
def ticket_list(request: DeskRequest) -> HttpResponse:
    return render(request, "webcare/inbox/ticket_list.html", _listing(request))


@desk
@require_GET
def ticket_list_live(request: DeskRequest) -> HttpResponse:
    """204 while the list is what the page shows already, else the list anew."""
    listing = _listing(request)
    if listing["tag"] == request.GET.get("tag"):
        return HttpResponse(status=204)
    return render(request, "webcare/inbox/_ticket_list_live.html", listing)


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
    rights = Rights.of(request.user)
    view = _view(request.GET)
    queue = request.GET.get("queue", "")
    after = Cursor.parse(request.GET.get("after", ""))
    page = page_of(request.user, rights, view, queue=queue, after=after)
    desk = desk_of(request.user, rights)
    now = timezone.now()
    return {
        "rows": [shown(row, now) for row in page.rows],
        "next": page.next,
        "after": after,
        "view": view,
        "queue": queue,
        "queue_name": next((q.name for q in desk.queues if q.slug == queue), ""),
        "desk": desk,
        "views": views_with(desk),
        "counted": COUNTED,
        "tag": _tag(desk, ((row.public_id, row.version) for row in page.rows)),
        "query": _query(view, queue),
        "now": now,
    }


_ICONS = {
    View.MINE: "mine",
    View.UNASSIGNED: "unassigned",
    View.ALL: "all",
    View.PARKED: "parked",
    View.RESOLVED: "resolved",
}


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
