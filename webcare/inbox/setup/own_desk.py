"""Start our own desk: the form that leaves the demo, and how far that is."""

import re
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from webcare.actions.beginnings import check_beginning
from webcare.actions.leaving import leave_demo
from webcare.domain.beginnings import LANGUAGES, LONGEST_NAME, Beginning
from webcare.domain.permissions import Permission
from webcare.exceptions import InUse, Invalid, NoDemoToLeave
from webcare.inbox.forms import Text
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.setup.choices import Offered
from webcare.inbox.setup.drawn import WEEK
from webcare.inbox.setup.frame import shown
from webcare.queries.desk import desk_named
from webcare.queries.leaving import Step, can_be_left, step
from webcare.queries.people import Rights

REFUSED = 422
PLAIN = ("name", "language", "time_zone", "first_name", "last_name", "username")
USUAL = "09:00-17:00"
_TIME = r"\s*(\d{1,2})(?:[:.](\d\d))?\s*"  # "8" is eight o'clock
_HOURS = re.compile(f"{_TIME}[-–—]{_TIME}")


class OwnDeskForm(forms.Form):
    """Only the shape: what may be said is for the action."""

    name = forms.CharField(max_length=LONGEST_NAME)
    language = forms.ChoiceField(choices=[(one, one) for one in LANGUAGES])
    time_zone = forms.CharField(max_length=100)
    words = Text(required=False, max_length=20_000)
    first_name = forms.CharField(required=False, max_length=150)
    last_name = forms.CharField(required=False, max_length=150)
    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=1_000, strip=False)
    again = forms.CharField(max_length=1_000, strip=False)

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("again") and given["again"] != given.get("password"):
            self.add_error("again", _("This is not the same."))


@sensitive_post_parameters("password", "again")
@desk
@require_http_methods(["GET", "POST"])
def own_desk(request: DeskRequest) -> HttpResponse:
    """The form, how far its desk is, or what to do where the demo cannot be left."""
    if not Rights.of(request.user).allow(Permission.SET_UP):
        raise PermissionDenied
    if request.method == "POST":
        return _leave(request)
    how_far = step()
    if how_far and how_far != Step.FAILED:
        given = {"how_far": how_far, "steps": _steps(how_far)}
        return shown(request, "webcare/setup/own_desk_coming.html", given)
    # Whoever waited for the desk they asked for is now in it.
    if not can_be_left() and not desk_named().is_demo:
        return redirect("inbox:setup")
    return _page(request, _begun_with(request), {}, failed=how_far == Step.FAILED)


def _leave(request: DeskRequest) -> HttpResponse:
    form = OwnDeskForm(request.POST)
    errors = {name: " ".join(map(str, said)) for name, said in form.errors.items()}
    given = {name: form.cleaned_data.get(name, "") for name in form.fields}
    password, beginning = given["password"], _beginning(request, given)
    try:
        if errors:
            check_beginning(beginning, password)
        else:
            leave_demo(user=request.user, beginning=beginning, password=password)
    except Invalid as error:
        errors = {one: " ".join(said) for one, said in error.errors.items()} | errors
    except (InUse, NoDemoToLeave):
        pass  # the page says how far it is, or why it cannot be
    if errors:
        return _page(request, request.POST.dict(), _beside(errors), status=REFUSED)
    return redirect("inbox:own-desk")


def _beginning(request: DeskRequest, given: dict[str, Any]) -> Beginning:
    week = {day: hours_in(request.POST.get(day, "")) for day, _name in WEEK}
    lines = [line.strip() for line in given["words"].splitlines()]
    known = {name: given[name] for name in PLAIN}
    return Beginning(
        **known,
        password="",
        week={day: hours for day, hours in week.items() if hours},
        words=tuple(dict.fromkeys(filter(None, lines))),
        session=request.session.session_key or "",
        device=request.headers.get("User-Agent", ""),
    )


def hours_in(text: str) -> list[dict[str, str]]:
    """Read "09:00-12:30, 13:00-17:00" as a calendar's hours of a day.

    What cannot be read stays as it is, and is refused by who checks hours.
    """
    return [_one(part) for part in text.split(",") if part.strip()]


def _one(part: str) -> dict[str, str]:
    found = _HOURS.fullmatch(part)
    if not found:
        return {"from": part.strip(), "until": ""}
    h, m, until_h, until_m = found.groups()
    return {
        "from": f"{h:0>2}:{m or '00'}",
        "until": f"{until_h:0>2}:{until_m or '00'}",
    }


def _beside(errors: dict[str, str]) -> dict[str, str]:
    """All that is wrong with a day is said beside the week."""
    told = {name: said for name, said in errors.items() if not name.startswith("week")}
    of_week = [said for name, said in errors.items() if name.startswith("week")]
    return told | ({"week": " ".join(dict.fromkeys(of_week))} if of_week else {})


def _begun_with(request: DeskRequest) -> dict[str, str]:
    working = {day: USUAL for day, _name in WEEK[:5]}
    language = getattr(request, "LANGUAGE_CODE", "en")
    return {"time_zone": "Europe/Amsterdam", "language": language, **working}


def _page(
    request: DeskRequest,
    said: dict[str, str],
    errors: dict[str, str],
    *,
    failed: bool = False,
    status: int = 200,
) -> HttpResponse:
    given = {
        "can": can_be_left(),
        "failed": failed,
        "said": said,
        "errors": errors,
        "week": [(day, name, said.get(day, "")) for day, name in WEEK],
        "zones": Offered(request.user)("zones"),
        "languages": (("nl", "Nederlands"), ("en", "English")),
    }
    page = shown(request, "webcare/setup/own_desk.html", given)
    page.status_code = status
    return page


def _steps(how_far: Step) -> list[tuple[str, str, str]]:
    """What is done for it: (step, in words, "done" or "now" or "")."""
    words = {
        Step.DATABASE: _("A database of your own"),
        Step.DESK: _("Your desk in it"),
        Step.RESTART: _("The change from the demo to your desk"),
    }
    order = [*Step]
    at = max(order.index(how_far), 1)
    return [
        (one.value, said, "done" if order.index(one) < at else _now(one, order[at]))
        for one, said in words.items()
    ]


def _now(one: Step, at: Step) -> str:
    return "now" if one == at else ""
