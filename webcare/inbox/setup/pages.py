"""The pages of the set-up: an overview, one list per noun, and one page per thing.

What stands in them is read from the API and sent to it, by `js/setup/`: these views
decide who may look, and which questions are asked.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from webcare.domain.permissions import Permission
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.setup.drawn import Drawing
from webcare.inbox.setup.frame import shown
from webcare.inbox.setup.nouns import NOUNS
from webcare.inbox.setup.shapes import Noun
from webcare.queries.first_steps import first_steps
from webcare.queries.people import Rights

if TYPE_CHECKING:
    from webcare.models import User

LONGEST_NAME = 50
# In the order of the query: which page, and what is done there.
STEPS = (
    ("calendars", _("Say when you are open"), _("Promises count by it.")),
    ("topics", _("Say which words to listen for"), _("Topics are told by them.")),
    ("channels", _("Connect a channel"), _("It only listens, until you say so.")),
    (
        "imports",
        _("Bring an export of your present tool"),
        _("See themes, open questions, busy hours and waits at once."),
    ),
    ("people", _("Add a colleague"), _("And give them a role in a queue.")),
)


@desk
@require_GET
def overview(request: DeskRequest) -> HttpResponse:
    """Where everything is set up; what a new desk still lacks stands first."""
    steps = []
    if Rights.of(request.user).allow(Permission.SET_UP):
        taken = first_steps(request.user)
        steps = [(*step, done) for step, done in zip(STEPS, taken, strict=True)]
    is_begun = all(done for *_step, done in steps)
    given = {"steps": [] if is_begun else steps}
    return shown(request, "webcare/setup/overview.html", given)


def of_noun(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let in who may set up such things, and only where there are any."""

    @desk
    @require_GET
    @wraps(view)
    def wrapped(request: DeskRequest, noun: str, **at: str) -> HttpResponse:
        found = NOUNS.get(noun)
        if found is None:
            raise Http404
        if not found.allowed(Rights.of(request.user)):
            raise PermissionDenied
        return view(request, found, **at)

    return wrapped


@of_noun
def things(request: DeskRequest, noun: Noun) -> HttpResponse:
    drawing = Drawing(request.user)
    given = {
        "noun": noun,
        "list": noun.listing and drawing.listing(noun.listing),
        "sheet": noun.sheet and drawing.part(noun.sheet),
    }
    return shown(request, "webcare/setup/things.html", given)


@of_noun
def new(request: DeskRequest, noun: Noun) -> HttpResponse:
    if not (noun.fields and noun.listing):
        raise Http404
    drawing = Drawing(request.user)
    given = {
        "noun": noun,
        "address": drawing.address(noun.listing.address),
        "fields": drawing.fields(noun.fields, "add"),
        "trial": noun.trial and drawing.address(noun.trial.address),
    }
    return shown(request, "webcare/setup/thing.html", given)


@of_noun
def thing(request: DeskRequest, noun: Noun, thing: str) -> HttpResponse:
    if not noun.one or len(thing) > LONGEST_NAME:
        raise Http404
    drawing = Drawing(request.user, thing)
    address = drawing.address(noun.one)
    given = {
        "noun": noun,
        "thing": thing,
        "address": address,
        "fields": drawing.fields(noun.fields, "edit"),
        "trial": noun.trial and drawing.address(noun.trial.address),
        "end": drawing.end(noun),
        "parts": [drawing.part(part) for part in noun.parts],
    }
    page = shown(request, "webcare/setup/thing.html", given)
    page.status_code = 200 if _is_there(request.user, address) else 404
    return page


def _is_there(user: "User", address: str) -> bool:
    """Whether the API, which is what fills the page, has anything at `address`."""
    try:
        found = resolve(address)
    except Resolver404:
        return False
    asking = DeskRequest()
    asking.method, asking.user = "GET", user
    answer = found.func(asking, *found.args, **found.kwargs)
    return bool(answer.status_code != 404)
