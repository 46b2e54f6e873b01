"""Tags, and the desk's own fields."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.fields import FieldKind
from webcare.domain.permissions import Permission
from webcare.inbox.setup.choices import holds
from webcare.inbox.setup.shapes import (
    Act,
    Column,
    Field,
    Listing,
    Noun,
)
from webcare.inbox.setup.words import pairs
from webcare.queries.tags import Colour

RETIRED = Field("retired", _("Retired: not offered any more"), "flag", when="edit")


TAGS = Noun(
    "tags",
    _("Tags"),
    "topic",
    _("Words that people put on tickets."),
    holds(Permission.MANAGE_TAGS),
    Listing(
        "tags",
        (
            Column("name", _("Name"), "link"),
            Column("colour", _("Colour"), "choice", choices=pairs(Colour)),
            Column("retired_at", _("Retired"), "gone"),
        ),
        key="slug",
    ),
    one="tags/{id}",
    add_label=_("Add a tag"),
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("slug", _("Short name"), "slug", when="add", required=True, most=50),
        Field(
            "colour",
            _("Colour"),
            "choice",
            choices=pairs(Colour),
            required=True,
            value="grey",
        ),
        RETIRED,
    ),
    end=Act(
        _("Remove"),
        "DELETE",
        "tags/{id}",
        ask=_("Remove this tag? One that is on a ticket can only be retired."),
        done=_("The tag is gone."),
    ),
)


FIELDS = Noun(
    "fields",
    _("Own fields"),
    "file",
    _("What the desk wants to know of a ticket beside what it knows by itself."),
    holds(Permission.MANAGE_FIELDS),
    Listing(
        "fields",
        (
            Column("name", _("Name"), "link"),
            Column("kind", _("Kind"), "choice", choices=pairs(FieldKind)),
            Column("queue", _("In"), "where"),
            Column("required_to_resolve", _("Has to be answered"), "flag"),
            Column("retired_at", _("Retired"), "gone"),
        ),
        key="key",
    ),
    one="fields/{id}",
    add_label=_("Add a field"),
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("name_nl", _("Name in Dutch"), most=100),
        Field("key", _("Short name"), "slug", when="add", required=True, most=50),
        Field(
            "kind",
            _("Kind"),
            "choice",
            choices=pairs(FieldKind),
            required=True,
            when="add",
            value="text",
        ),
        Field("queue", _("Only in"), "choice", choices="queues", when="add"),
        Field(
            "choices",
            _("Choices"),
            "lines",
            help=_("One per line."),
            only=("kind", "choice"),
            when="add",
        ),
        Field("choices", _("Choices"), "lines", help=_("One per line."), when="edit"),
        Field("required_to_resolve", _("Has to be answered before resolving"), "flag"),
        Field(
            "position",
            _("Place in the list"),
            "number",
            least=0,
            most=10_000,
            more=True,
        ),
        RETIRED,
    ),
)
