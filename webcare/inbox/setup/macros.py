"""Macros: texts that are often written."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.outcomes import Priority
from webcare.inbox.setup.choices import anybody
from webcare.inbox.setup.shapes import (
    Act,
    Column,
    Field,
    Listing,
    Noun,
)
from webcare.inbox.setup.words import pairs

LANGUAGES = (("nl", _("Dutch")), ("en", _("English")))


THEN = (
    ("open", _("Open")),
    ("pending", _("Waiting for the customer")),
    ("resolved", _("Resolved")),
)


MACROS = Noun(
    "macros",
    _("Macros"),
    "note",
    _("Texts that are often written, and what is done to a ticket with them."),
    anybody,
    Listing(
        "macros",
        (
            Column("name", _("Name"), "link"),
            Column("texts", _("Text"), "texts"),
            Column("usage_count", _("Used"), "count"),
            Column("last_used_at", _("Last used"), "moment"),
        ),
    ),
    one="macros/{id}",
    add_label=_("Add a macro"),
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field(
            "owned_by",
            _("For"),
            "choice",
            required=True,
            value="person",
            choices=(
                ("person", _("Me")),
                ("team", _("A team")),
                ("desk", _("Everybody")),
            ),
        ),
        Field(
            "team",
            _("Team"),
            "choice",
            choices="teams",
            only=("owned_by", "team"),
            required=True,
        ),
        Field(
            "texts",
            _("Texts"),
            "rows",
            required=True,
            of=(
                Field(
                    "text",
                    _("Text"),
                    "area",
                    required=True,
                    sample=_("Hello {{author.name}}, …"),
                ),
                Field("language", _("Language"), "choice", choices=LANGUAGES),
                Field("channel", _("Only on"), "choice", choices="channels"),
            ),
        ),
        Field("then", _("Then the ticket is"), "choice", choices=THEN),
        Field("priority", _("Priority"), "choice", choices=pairs(Priority)),
        Field("topic", _("Topic"), "choice", choices="topics", more=True),
        Field("queue", _("Queue"), "choice", choices="queues", more=True),
        Field("tags", _("Tags"), "many", choices="tags", more=True),
        Field(
            "position",
            _("Place in the list"),
            "number",
            least=0,
            most=10_000,
            more=True,
        ),
    ),
    end=Act(
        _("Remove"),
        "DELETE",
        "macros/{id}",
        ask=_("Remove this macro?"),
        done=_("The macro is gone."),
    ),
)
