"""Imports: an export of another tool, looked at, read, and its first picture."""

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from webcare.domain.import_dates import DayOrder
from webcare.domain.imports import DELIMITERS, ENCODINGS, NEEDED, ImportState, Target
from webcare.domain.permissions import Permission
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.setup.choices import Offered, everywhere
from webcare.inbox.setup.frame import shown
from webcare.inbox.setup.shapes import Column, Listing, Noun
from webcare.inbox.setup.words import pairs
from webcare.queries.imports import import_for

IMPORTS = Noun(
    "imports",
    _("Imports"),
    "file",
    _("What another tool knew: its export becomes history, and nothing of it is live."),
    everywhere(Permission.SET_UP),
    Listing(
        "imports",
        (
            Column("name", _("File"), "link"),
            Column("state", _("Is"), "choice", choices=pairs(ImportState)),
            Column("rows", _("Rows"), "count"),
            Column("added", _("New messages"), "count"),
            Column("bad", _("Not read"), "count"),
            Column("made_at", _("Brought"), "moment"),
        ),
    ),
    one="imports/{id}",
    extra="webcare/setup/_bring.html",
)
SIGNS = {",": _("Comma"), ";": _("Semicolon"), "\t": _("Tab"), "|": _("Bar")}


@desk
@require_GET
def bring(request: DeskRequest, job: UUID) -> HttpResponse:
    """Show one import; what changes on it is read from the API."""
    found = import_for(request.user, job)
    given = {
        "noun": IMPORTS,
        "job": found,
        "targets": [(*one, one[0] in NEEDED) for one in pairs(Target)],
        "day_orders": pairs(DayOrder),
        "delimiters": [(one, SIGNS[one]) for one in DELIMITERS],
        "encodings": ENCODINGS,
        "zone": settings.DESK_TIME_ZONE,
        "channels": Offered(request.user)("channels"),
        "topics": Offered(request.user)("topics"),
    }
    return shown(request, "webcare/setup/import.html", given)
