"""Views: lists of tickets under a name."""

from django.utils.translation import gettext_lazy as _

from webcare.inbox.filters import ORDER_LABELS
from webcare.inbox.setup.choices import anybody
from webcare.inbox.setup.shapes import (
    Act,
    Column,
    Field,
    Listing,
    Noun,
)

VIEWS = Noun(
    "views",
    _("Views"),
    "inbox",
    _("Lists of tickets under a name, for oneself or for others."),
    anybody,
    Listing(
        "views",
        (
            Column("name", _("Name"), "link"),
            Column(
                "audience",
                _("For"),
                "choice",
                choices=(
                    ("everybody", _("Everybody, always")),
                    ("private", _("Me")),
                    ("queue", _("A queue")),
                    ("team", _("A team")),
                    ("desk", _("Everybody")),
                ),
            ),
            Column("filters", _("Shows"), "filters", choices="filters"),
        ),
    ),
    one="views/{id}",
    add_label=_("Add a view"),
    begins_with='{"filters": {}}',
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("name_nl", _("Name in Dutch"), most=100),
        Field(
            "audience",
            _("For"),
            "choice",
            required=True,
            value="private",
            choices=(
                ("private", _("Me")),
                ("queue", _("A queue")),
                ("team", _("A team")),
                ("desk", _("Everybody")),
            ),
        ),
        Field(
            "queue",
            _("Which queue"),
            "choice",
            choices="queues",
            required=True,
            only=("audience", "queue"),
        ),
        Field(
            "team",
            _("Which team"),
            "choice",
            choices="teams",
            required=True,
            only=("audience", "team"),
        ),
        Field("filters", _("Shows tickets with"), "filters"),
        Field(
            "order",
            _("Order"),
            "choice",
            choices=tuple(ORDER_LABELS.items()),
            required=True,
            value="-opened",
        ),
    ),
    end=Act(
        _("Remove"),
        "DELETE",
        "views/{id}",
        ask=_("Remove this view?"),
        done=_("The view is gone."),
    ),
)
