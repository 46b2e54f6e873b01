"""Routing: which tickets wait where, asked from the top down."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.outcomes import Priority
from webcare.domain.permissions import Permission
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.shapes import Act, Column, Field, Listing, Noun, Sheet
from webcare.inbox.setup.topics import LANGUAGES
from webcare.inbox.setup.words import pairs

ROUTING = Noun(
    "routing",
    _("Routing"),
    "queue",
    _(
        "Which tickets wait where. The first row that fits decides; what is left open "
        "fits every ticket, and a topic includes those below it."
    ),
    everywhere(Permission.SET_UP),
    Listing(
        "routing/versions",
        (
            Column("version", _("Version"), "strong"),
            Column("rules", _("Rows"), "count"),
            Column("made_at", _("Made"), "moment"),
            Column("made_by", _("By"), "named"),
        ),
        key="version",
        title=_("What it said before"),
        acts=(Act(_("Look at it"), "GET", "routing/versions/{version}"),),
    ),
    sheet=Sheet(
        _("Routing"),
        "routing",
        (
            Field(
                "rules",
                _("Rows"),
                "rows",
                is_ordered=True,
                of=(
                    Field("topic", _("Topic"), "choice", choices="topics"),
                    Field("channel", _("Channel"), "choice", choices="channels"),
                    Field("language", _("Language"), "choice", choices=LANGUAGES),
                    Field("priority", _("Priority"), "choice", choices=pairs(Priority)),
                    Field("authors", _("Authors on"), "choice", choices="author_lists"),
                    Field(
                        "queue",
                        _("Goes to"),
                        "choice",
                        choices="queues",
                        required=True,
                    ),
                ),
            ),
        ),
    ),
    above="webcare/setup/_routing.html",
)
