"""What a list is narrowed to: the API's own filters, as chips and as a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webcare.domain.counted import read_counted
from webcare.domain.fields import FieldKind
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority
from webcare.domain.readings import Sentiment
from webcare.domain.ticket_filters import (
    FIELD,
    FILTERS,
    ORDERS,
    USUAL_ORDER,
    order_problem,
    read_definition,
)
from webcare.inbox.report_pages import REPORTS
from webcare.inbox.statuses import PRIORITIES, STATUSES
from webcare.queries.choices import Asked, Choices
from webcare.queries.ticket_filters import Wanted

LABELS: Mapping[str, str | Lazy] = {
    "status": gettext_lazy("Status"),
    "queue": gettext_lazy("Queue"),
    "topic": gettext_lazy("Topic"),
    "also_topic": gettext_lazy("Also about"),
    "agent": gettext_lazy("Agent"),
    "channel": gettext_lazy("Channel"),
    "priority": gettext_lazy("Priority"),
    "tag": gettext_lazy("Tag"),
    "language": gettext_lazy("Language"),
    "sentiment": gettext_lazy("Sentiment"),
    "breached": gettext_lazy("Too late"),
    "danger": gettext_lazy("Danger"),
    "following": gettext_lazy("Followed by me"),
    "external_ref": gettext_lazy("Number elsewhere"),
    "opened_after": gettext_lazy("Opened from"),
    "opened_before": gettext_lazy("Opened before"),
    "waiting_after": gettext_lazy("Waits since"),
    "waiting_before": gettext_lazy("Waits since before"),
    "changed_after": gettext_lazy("Changed since"),
    "counted": gettext_lazy("Counted in"),
    "q": gettext_lazy("Words"),
}
ORDER_LABELS: Mapping[str, str | Lazy] = {
    "-opened": gettext_lazy("Newest first"),
    "opened": gettext_lazy("Oldest first"),
    "waiting": gettext_lazy("Waiting longest"),
    "due": gettext_lazy("Due first"),
    "changed": gettext_lazy("Longest untouched"),
}


class Chip(NamedTuple):
    """One filter in words, and the address of the list without it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody asks of a list; `problems` are sentences about what is wrong."""

    given: dict[str, str]
    order: str
    wanted: Wanted
    problems: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return self.given.get("q", "")

    @property
    def query(self) -> str:
        return _query(self.given, self.order)

    @property
    def can_be_kept(self) -> bool:
        """Whether a view may ask the same: none has words, or is of one figure."""
        return not {"q", "counted"} & self.given.keys()

    @property
    def for_many(self) -> dict[str, str] | None:
        """The filter for a change of everything found; a search is cut short."""
        return None if "q" in self.given else self.given


def read(given: QueryDict | Mapping[str, str]) -> Filters | None:
    """Return the filters of an address; None where it asks for a view.

    A queue alone narrows a view.
    """
    asked = {
        name: str(given[name])
        for name in given
        if given[name] and (name in FILTERS or name.startswith(FIELD))
    }
    if not asked.keys() - {"queue"}:
        return None
    values, errors = read_definition(asked)
    order = given.get("order", USUAL_ORDER)
    order = order if order in ORDERS else USUAL_ORDER
    wanted = Wanted(**values) if not errors else Wanted(ids=())
    problems = [f"{LABELS.get(name, name)}: {text}" for name, text in errors.items()]
    if wrong := order_problem(order, wanted.status):
        order, problems = USUAL_ORDER, [*problems, wrong]
    return Filters(asked, order, wanted, problems)


def chips(filters: Filters, choices: Choices) -> list[Chip]:
    """Return the filters in the reader's words, each with the list without it."""
    return [
        Chip(
            _label(name, choices),
            _value(name, value, choices),
            _query(
                {k: v for k, v in filters.given.items() if k != name}, filters.order
            ),
        )
        for name, value in filters.given.items()
    ]


def options(choices: Choices) -> list[dict[str, Any]]:
    """Return the form's fields: name, label, and what can be chosen."""
    offered: dict[str, list[tuple[str, str]]] = {
        "status": [("live", _("Everything live")), *_looks(STATUSES, Status.values)],
        "queue": [*choices.queues, ("none", _("None"))],
        "topic": [*choices.topics, ("none", _("None"))],
        "also_topic": choices.topics,
        "agent": [("me", _("Me")), ("none", _("Nobody")), *choices.agents],
        "channel": choices.channels,
        "priority": _looks(PRIORITIES, Priority.values),
        "tag": choices.tags,
        "language": choices.languages,
        "sentiment": [(one.value, str(one.label)) for one in Sentiment],
        "breached": [("true", _("Yes")), ("false", _("No"))],
        "danger": [("true", _("Yes")), ("false", _("No"))],
    }
    known = [
        {"name": name, "label": LABELS[name], "choices": some}
        for name, some in offered.items()
        if some
    ]
    return known + [_option(one) for one in choices.fields]


def _option(asked: Asked) -> dict[str, Any]:
    """A question of the desk's own; one without choices is typed."""
    some = [(one, one) for one in asked.choices]
    if asked.kind == FieldKind.CHECKBOX:
        some = [("true", _("Yes")), ("false", _("No"))]
    kind = asked.kind if asked.kind in ("number", "date") else "text"
    name = f"{FIELD}{asked.key}"
    return {"name": name, "label": asked.name, "choices": some, "kind": kind}


def _label(name: str, choices: Choices) -> str:
    own = {f"{FIELD}{one.key}": one.name for one in choices.fields}
    return str(LABELS.get(name) or own.get(name) or name.removeprefix(FIELD))


def _looks(looks: Mapping[str, Any], values: list[str]) -> list[tuple[str, str]]:
    return [(value, str(looks[value].word)) for value in values]


def _value(name: str, value: str, choices: Choices) -> str:
    if name == "counted":
        return _figure(value)
    for field_ in options(choices):
        if field_["name"] == name and field_["choices"]:
            known = dict(field_["choices"])
            return ", ".join(str(known.get(one, one)) for one in value.split(","))
    return value


def _figure(text: str) -> str:
    """A figure of a report in words, and of when it is; the text where it is none."""
    try:
        counted = read_counted(text)
    except ValueError:
        return text
    page = REPORTS[counted.report]
    named = {page.figure(one): str(one.label) for one in page.columns}
    # What a figure is called itself goes before what a share of it is called.
    named |= {one.path: str(one.label) for one in page.columns}
    figure = named.get(counted.figure, _("How long it took"))
    days = [_day(timezone.localtime(at)) for at in (counted.start, counted.end)]
    return f"{page.title}: {figure}, {' – '.join(days)}"


def _day(at: datetime) -> str:
    return date_format(at, _("j M Y"))


def _query(given: Mapping[str, str], order: str) -> str:
    query = QueryDict(mutable=True)
    query.update(given)
    if order != USUAL_ORDER and given:
        query["order"] = order
    return query.urlencode()
