"""Retention: how long things are kept; what would go is shown before it does."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from webcare.actions.retention import change_retention
from webcare.domain.permissions import Permission
from webcare.domain.retention import KINDS, LEAST_DAYS, MOST_DAYS
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.frame import shown
from webcare.inbox.setup.shapes import Noun
from webcare.queries import retention as queries
from webcare.queries.people import Rights

REFUSED = 422
RETENTION = Noun(
    "retention",
    gettext_lazy("How long it is kept"),
    "clock",
    gettext_lazy("After how many days what people said goes by itself."),
    everywhere(Permission.ERASE_PERSON),
)
ASKED = (
    (
        "tickets",
        gettext_lazy("Tickets that ended"),
        gettext_lazy("Texts, notes, answers and fields go; figures stay. Often 730."),
    ),
    (
        "heard",
        gettext_lazy("Messages that became no ticket"),
        gettext_lazy("Counted from when they came in. Often 30 to 90."),
    ),
    (
        "raw",
        gettext_lazy("What platforms sent, byte for byte"),
        gettext_lazy("Nothing on the desk shows it once it was read. Often 30."),
    ),
)


class RetentionForm(forms.Form):
    """Days for each kind; empty is for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS:
            self.fields[kind] = forms.IntegerField(
                min_value=LEAST_DAYS, max_value=MOST_DAYS, required=False
            )


@desk
@require_http_methods(["GET", "POST"])
def retention(request: DeskRequest) -> HttpResponse:
    """The form; *Look* says what would go, and *Keep* lets it."""
    if not RETENTION.allowed(Rights.of(request.user)):
        raise PermissionDenied
    kept = queries.retention_for(request.user)
    form = RetentionForm(
        request.POST or None, initial={kind: getattr(kept, kind) for kind in KINDS}
    )
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=REFUSED)
    if "keep" not in request.POST:
        would_go = queries.would_erase(request.user, form.cleaned_data)
        return _page(request, form, would_go=would_go)
    change_retention(user=request.user, days=form.cleaned_data)
    messages.success(request, _("Kept so from now on."))
    return redirect("inbox:setup-retention")


def _page(
    request: DeskRequest,
    form: RetentionForm,
    *,
    would_go: dict[str, int] | None = None,
    status: int = 200,
) -> HttpResponse:
    given = {
        "noun": RETENTION,
        "asked": [(form[kind], label, hint) for kind, label, hint in ASKED],
        "least": LEAST_DAYS,
        "most": MOST_DAYS,
        "would_go": would_go,
        "erased": queries.erased_lately(request.user),
    }
    page = shown(request, "webcare/setup/retention.html", given)
    page.status_code = status
    return page
