"""Somebody's own page: where they are, what they were told, their keys and letters."""

from collections.abc import Mapping
from typing import Any

import zxingcpp
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from webcare.domain.permissions import Permission, Role
from webcare.domain.report_schedules import Period, ReportName
from webcare.domain.reports import By
from webcare.domain.tokens import Scope
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.reports import BY_LABELS
from webcare.inbox.setup.people import SPOKEN
from webcare.queries.inbox import desk_of
from webcare.queries.notification_settings import how_told
from webcare.queries.notifications import notification_page
from webcare.queries.people import Rights
from webcare.queries.report_schedules import ScheduleRow, schedule_page
from webcare.queries.second_factors import address_to_scan, second_step_of
from webcare.queries.sessions import sessions_of
from webcare.queries.setup import agent_row
from webcare.queries.tokens import tokens_of

TOLD = 20  # notifications on the page
MOST = 100  # letters and keys on the page
KINDS: Mapping[str, str | Lazy] = {
    "mentioned": _("A note mentions you"),
    "assigned": _("It was given to you"),
    "customer_wrote": _("The customer wrote"),
    "answered": _("It was answered"),
    "resolved": _("It was resolved"),
    "reopened": _("It was opened again"),
    "returned": _("It waited too long for its agent"),
    "danger": _("Somebody may be in danger"),
    "rule": _("A rule points it out"),
    "approval_asked": _("An answer waits for your approval"),
    "approved": _("Your answer was approved"),
    "rejected": _("Your answer was not approved"),
    "lapsed": _("Your answer no longer waits for approval"),
}
SCOPES: Mapping[str, str | Lazy] = {
    Scope.READ: _("Read"),
    Scope.WRITE: _("Read and change"),
    Scope.INTAKE: _("Hand in messages"),
    Scope.ADMIN: _("Set the desk up"),
}
DAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


@desk
@require_GET
def me(request: DeskRequest) -> HttpResponse:
    rights = Rights.of(request.user)
    row = agent_row(request.user)
    spoken = dict(SPOKEN)
    may_have_keys = rights.allow(Permission.SET_UP)
    context = {
        "desk": desk_of(request.user, rights),
        "now": timezone.now(),
        "row": row,
        "languages": [(one, spoken[str(level)]) for one, level in row.languages],
        "roles": [(Role(role).label, queue) for role, queue in row.roles],
        "told": _told(request),
        "keys": tokens_of(request.user, MOST) if may_have_keys else None,
        "scopes": SCOPES.items(),
        "how": how_told(request.user),
        "second_step": second_step_of(request.user),
        "sessions": sessions_of(request.user, request.session.session_key),
        "letters": _letters(request, rights),
        "form": {"report": ReportName.choices, "period": Period.choices},
        "by": [("", BY_LABELS[""]), *((one, BY_LABELS[one]) for one in By.values)],
        "days": list(enumerate(DAYS, start=1)),
    }
    return render(request, "webcare/me/me.html", context)


@desk
@require_GET
def second_step_picture(request: DeskRequest) -> HttpResponse:
    """What an app scans, for as long as it was not confirmed."""
    address = address_to_scan(request.user)
    if address is None:
        raise Http404
    drawn = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode)
    return HttpResponse(drawn.to_svg(), content_type="image/svg+xml")


def _told(request: DeskRequest) -> list[dict[str, Any]]:
    rows, _page = notification_page(request.user, None, None, TOLD)
    return [{"row": row, "words": KINDS.get(row.kind, row.kind)} for row in rows]


def _letters(request: DeskRequest, rights: Rights) -> list[dict[str, Any]] | None:
    """One's own; None for somebody who may take nothing out of the desk."""
    if not rights.where(Permission.EXPORT_TICKETS):
        return None
    rows, _page = schedule_page(request.user, None, MOST)
    mine = [row for row in rows if row.owner == request.user.public_id]
    return [_letter(row) for row in mine]


def _letter(row: ScheduleRow) -> dict[str, Any]:
    return {
        "row": row,
        "report": ReportName(row.report).label,
        "period": Period(row.period).label,
        "days": [DAYS[day - 1] for day in row.days],
    }
