"""Privacy: find somebody, see what is kept of them, give it to them, and erase it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from webcare.actions import erasures as actions
from webcare.domain.erasures import Reason
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, NotErasable
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.frame import shown
from webcare.inbox.setup.shapes import Noun
from webcare.queries import erasures, holdings
from webcare.queries.people import Rights

REFUSED = 422
SHOWN = 50
PRIVACY = Noun(
    "privacy",
    gettext_lazy("Privacy"),
    "person",
    gettext_lazy("What is kept of somebody who wrote to us, and erasing it."),
    everywhere(Permission.ERASE_PERSON),
)
# In the order in which they are shown.
KINDS = {
    "messages": gettext_lazy("Messages of theirs"),
    "tickets": gettext_lazy("Tickets of theirs"),
    "answers": gettext_lazy("Answers to them"),
    "files": gettext_lazy("Files with answers to them"),
    "notes": gettext_lazy("Notes on their tickets"),
    "drafts": gettext_lazy("Drafts on their tickets"),
    "questions": gettext_lazy("Questions to colleagues outside"),
    "fields": gettext_lazy("Answers to fields"),
    "references": gettext_lazy("Numbers of other systems"),
    "surveys": gettext_lazy("Surveys that they got"),
    "lists": gettext_lazy("Lists that they are on"),
}


class ErasureForm(forms.Form):
    """`typed` is what the person is called, typed by who means it."""

    reason = forms.ChoiceField(choices=Reason.choices)
    reference = forms.CharField(max_length=100, required=False)
    typed = forms.CharField(max_length=255)

    def __init__(self, *args: Any, word: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._word = word

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if _bare(typed) != _bare(self._word):
            raise forms.ValidationError(
                _("Type %(word)s to say that you mean it.") % {"word": self._word}
            )
        return typed


@desk
@require_GET
def people(request: DeskRequest) -> HttpResponse:
    """Who is called so, and the newest receipts."""
    if not PRIVACY.allowed(Rights.of(request.user)):
        raise PermissionDenied
    asked = request.GET.get("q", "")[:255]
    found, _page = holdings.people_page(request.user, asked, None, SHOWN)
    receipts, _page = erasures.erasure_page(request.user, None, SHOWN)
    given = {"noun": PRIVACY, "asked": asked, "found": found, "receipts": receipts}
    return shown(request, "webcare/setup/privacy.html", given)


@desk
@require_http_methods(["GET", "POST"])
def person(request: DeskRequest, person: UUID) -> HttpResponse:
    """What is kept of one, and the form that erases it; then how far that is."""
    if not PRIVACY.allowed(Rights.of(request.user)):
        raise PermissionDenied
    author = holdings.person_for(request.user, person)
    form = ErasureForm(request.POST or None, word=word_of(author))
    if request.method != "POST":
        return _page(request, author, form)
    if not form.is_valid():
        return _page(request, author, form, status=REFUSED)
    try:
        actions.erase_person(
            user=request.user,
            author=author,
            reason=Reason(form.cleaned_data["reason"]),
            reference=form.cleaned_data["reference"],
        )
    except Invalid as error:
        form.add_error("reference", error.errors["reference"][0])
        return _page(request, author, form, status=REFUSED)
    except NotErasable as error:
        messages.error(request, error.detail)
    return redirect("inbox:setup-person", person)


@desk  # type: ignore[arg-type]  # a stream
@require_GET
def export(request: DeskRequest, person: UUID) -> StreamingHttpResponse:
    """All that is kept of one, as a file of JSON; that it was given is audited."""
    author = holdings.person_for(request.user, person)
    actions.note_export(user=request.user, author=author)
    return StreamingHttpResponse(
        holdings.everything_of(author),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="person-{person}.json"'},
    )


def word_of(author: Any) -> str:
    """What has to be typed: as short as what we know of them."""
    return str(author.handle or author.external_id)


def _page(
    request: DeskRequest, author: Any, form: ErasureForm, *, status: int = 200
) -> HttpResponse:
    erasure = erasures.erasure_of(author)
    counts = holdings.counts_of(author)
    given = {
        "noun": PRIVACY,
        "author": author,
        "erasure": erasure,
        "steps": actions.STEP_COUNT,
        "held": [(name, counts[kind]) for kind, name in KINDS.items()],
        "alike": [] if erasure else holdings.alike(author),
        "hindrances": [] if erasure else erasures.hindrances(author),
        "form": form,
        "word": word_of(author),
    }
    page = shown(request, "webcare/setup/person.html", given)
    page.status_code = status
    return page


def _bare(word: str) -> str:
    return word.strip().lstrip("@").casefold()
