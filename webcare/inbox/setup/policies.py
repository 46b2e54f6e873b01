"""Policies: how soon which tickets are answered."""

from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority, Promise
from webcare.domain.permissions import Permission
from webcare.domain.policies import Time
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.shapes import (
    Act,
    Column,
    Field,
    Listing,
    Noun,
    Trial,
)
from webcare.inbox.setup.words import pairs

PAUSES = tuple(
    (one.value, one.label) for one in (Status.PENDING, Status.ON_HOLD, Status.SNOOZED)
)


def _by_priority() -> Iterator[Field]:
    for one in Priority:
        label = _("Within, if {priority}")
        yield Field(
            f"by_priority.{one.value}",
            format_lazy(label, priority=one.label),
            "length",
            only=("time", *Time.values),
            more=True,
        )


POLICIES = Noun(
    "policies",
    _("Promises"),
    "hourglass",
    _("How soon which tickets are answered. Of those that hold, the first decides."),
    everywhere(Permission.SET_UP),
    Listing(
        "policies",
        (
            Column("name", _("Name"), "link"),
            Column("conditions", _("For"), "members"),
            Column("promises", _("Promised"), "promises"),
            Column("is_enabled", _("In use"), "flag"),
        ),
        order="policies/order",
    ),
    one="policies/{id}",
    add_label=_("Add a promise"),
    begins_with='{"conditions": {}, "promises": {}}',
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("is_enabled", _("In use"), "flag", value="true"),
        Field(
            "calendar",
            _("Opening hours of"),
            "choice",
            choices="calendars",
            help=_("Nothing chosen: the calendar of the queue."),
        ),
        Field("conditions.queues", _("For queues"), "many", choices="queues"),
        Field("conditions.topics", _("For topics"), "many", choices="topics"),
        Field(
            "conditions.priorities",
            _("For priorities"),
            "many",
            choices=pairs(Priority),
        ),
        Field(
            "conditions.channels",
            _("For channels"),
            "many",
            choices="channels",
            more=True,
        ),
        Field("conditions.tags", _("For tags"), "many", choices="tags", more=True),
        Field(
            "conditions.authors",
            _("For authors on"),
            "many",
            choices="author_lists",
            more=True,
        ),
        Field(
            "conditions.languages",
            _("For languages"),
            "many",
            choices="languages",
            more=True,
        ),
        Field(
            "promises",
            _("What is promised"),
            "keyed",
            of=(
                Field(
                    "promise",
                    _("What"),
                    "choice",
                    choices=pairs(Promise),
                    required=True,
                ),
                Field(
                    "time",
                    _("Counted in"),
                    "choice",
                    required=True,
                    value="business",
                    choices=(*pairs(Time), ("never", _("Not promised"))),
                ),
                Field(
                    "seconds",
                    _("Within"),
                    "length",
                    required=True,
                    only=("time", *Time.values),
                ),
                *_by_priority(),
                Field(
                    "warnings",
                    _("Warned at"),
                    "warnings",
                    sample="80%, 15 min",
                    help=_("A share of the time, or so long before. Empty: as usual."),
                    only=("time", *Time.values),
                    more=True,
                ),
                Field(
                    "pauses_while",
                    _("Nothing counts while it is"),
                    "pauses",
                    choices=(*PAUSES, ("never", _("It always counts"))),
                    help=_("Nothing ticked: as usual."),
                    only=("time", *Time.values),
                    more=True,
                ),
            ),
            required=True,
        ),
    ),
    end=Act(
        _("Take out of use"),
        "DELETE",
        "policies/{id}",
        ask=_("Take this promise out of use?"),
        done=_("The promise is out of use."),
    ),
    trial=Trial("policies/try", ("name", "is_enabled")),
    parts=(
        Listing(
            "policies/{id}/versions",
            (
                Column("number", _("Version")),
                Column("made_at", _("Made"), "moment"),
                Column("made_by", _("By"), "named"),
                Column("promises", _("Promised"), "promises"),
            ),
            key="number",
            title=_("What it said before"),
        ),
    ),
)
