"""Reports as pages: what is asked in words; the figures come from the API."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from webcare.domain.outcomes import Promise, Verdict
from webcare.domain.permissions import Permission
from webcare.domain.report_periods import Stretch
from webcare.domain.reports import By, Clock, Look, Wait
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.reasons import DECISIONS
from webcare.inbox.report_forms import Asked, calls, exports, read
from webcare.inbox.report_pages import REPORTS
from webcare.inbox.report_shapes import Column, Page
from webcare.inbox.statuses import PRIORITIES
from webcare.queries.choices import Choices, choices_for
from webcare.queries.inbox import desk_of
from webcare.queries.people import Rights
from webcare.queries.topics import names_told

if TYPE_CHECKING:
    from webcare.models import User

BY_LABELS: Mapping[str, str | Lazy] = {
    "": gettext_lazy("All in one line"),
    By.DAY: gettext_lazy("Day"),
    By.WEEK: gettext_lazy("Week"),
    By.HOUR: gettext_lazy("Hour of the day"),
    By.QUEUE: gettext_lazy("Queue"),
    By.TOPIC: gettext_lazy("Topic"),
    By.CHANNEL: gettext_lazy("Channel"),
    By.PRIORITY: gettext_lazy("Priority"),
    By.AGENT: gettext_lazy("Agent"),
}
WAIT_LABELS: Mapping[str, str | Lazy] = {
    Wait.ALL: gettext_lazy("Every answer"),
    Wait.FIRST: gettext_lazy("The first answer"),
    Wait.NEXT: gettext_lazy("Answers after the first"),
    Wait.ACKNOWLEDGEMENT: gettext_lazy("The first sign of life"),
}
CLOCK_LABELS: Mapping[str, str | Lazy] = {
    Clock.CALENDAR: gettext_lazy("All hours"),
    Clock.BUSINESS: gettext_lazy("In open hours"),
}
VIEW_LABELS: Mapping[str, str | Lazy] = {
    Look.COHORT: gettext_lazy("What began then"),
    Look.EVENT: gettext_lazy("What ended then"),
}


@desk
@require_GET
def report_list(request: DeskRequest) -> HttpResponse:
    return render(request, "webcare/reports/report_list.html", _common(request))


@desk
@require_GET
def report(request: DeskRequest, slug: str) -> HttpResponse:
    """The page without its figures: it asks for them itself, and shows their shape."""
    common = _common(request)
    page = next((one for one in common["reports"] if one.slug == slug), None)
    if page is None:
        raise Http404
    asked = read(page, request.GET, timezone.now())
    choices = choices_for(request.user)
    own = {
        "page": page,
        "asked": asked,
        "form": _form(page, common["rights"], choices),
        "exports": exports(asked),
        "figures": _figures(asked, choices, request.user),
    }
    return render(request, "webcare/reports/report.html", common | own)


def _common(request: DeskRequest) -> dict[str, Any]:
    rights = Rights.of(request.user)
    if not rights.where(Permission.SEE_REPORTS):
        raise PermissionDenied
    shown = [one for one in REPORTS.values() if one.needs != "people" or _named(rights)]
    return {"rights": rights, "reports": shown, "desk": desk_of(request.user, rights)}


def _named(rights: Rights) -> bool:
    """Whether figures may be about people by name."""
    return settings.AGENT_FIGURES and bool(rights.where(Permission.SEE_PEOPLE))


def _form(page: Page, rights: Rights, choices: Choices) -> dict[str, Any]:
    """What can be chosen: for each field its values with their words."""
    by = [one for one in page.by if one != By.AGENT or _named(rights)]
    return {
        "period": Stretch.choices,
        "by": [(one, BY_LABELS[one]) for one in by] if len(by) > 1 else [],
        "narrow": [
            (name, label, some)
            for name, label, some in (
                ("queue", _("Queue"), choices.queues),
                ("topic", _("Topic"), choices.topics),
                ("channel", _("Channel"), choices.channels),
            )
            if name in page.asks
        ],
        "of": WAIT_LABELS.items() if "of" in page.asks else (),
        "clock": CLOCK_LABELS.items() if "clock" in page.asks else (),
        "view": VIEW_LABELS.items() if "view" in page.asks else (),
    }


def _figures(asked: Asked, choices: Choices, user: "User") -> dict[str, Any]:
    """What the script needs to ask for the figures and to say them."""
    page = asked.page
    return {
        "calls": calls(asked),
        "by": asked.by,
        "line": str(BY_LABELS[asked.by]) if asked.by else _("Line"),
        "key": page.key,
        "split": [one for one in page.split.split(",") if one],
        "start": timezone.localtime(asked.shown.start).date().isoformat(),
        "end": timezone.localtime(asked.shown.end).isoformat(),
        "drawn": page.drawn,
        "told": page.told,
        "columns": [_column(page, one) for one in page.columns],
        "names": _names(asked.by, choices, user),
        "split_names": _split_names(choices),
        "pins": "as_of" in page.asks,
        "live_list": "moment" in page.asks,
    }


def _column(page: Page, one: Column) -> dict[str, str]:
    return {
        "path": one.path,
        "label": str(one.label),
        "kind": one.kind,
        "better": one.better,
        "figure": page.figure(one),
    }


def _names(by: str, choices: Choices, user: "User") -> dict[str, str]:
    if by == By.TOPIC:  # also those that the past was about
        return names_told(user)
    priorities = [(value, str(look.word)) for value, look in PRIORITIES.items()]
    named: Mapping[str, list[tuple[str, str]]] = {
        By.QUEUE: choices.queues,
        By.CHANNEL: choices.channels,
        By.AGENT: choices.agents,
        By.PRIORITY: priorities,
    }
    return dict(named.get(by, []))


def _split_names(choices: Choices) -> dict[str, dict[str, str]]:
    """What the second keys of lines are called: by which key it is, as a channel may
    have the name of a reason."""
    named: Mapping[str, Iterable[tuple[str, str | Lazy]]] = {
        "promise": Promise.choices,
        "verdict": Verdict.choices,
        "reason": DECISIONS.items(),
        "channel": choices.channels,
    }
    return {
        key: {value: str(word) for value, word in words} for key, words in named.items()
    }
