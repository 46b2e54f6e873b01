"""Lists of authors that rules speak of together."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.shapes import Act, Adding, Column, Field, Listing, Noun

AUTHOR_LISTS = Noun(
    "author-lists",
    _("Author lists"),
    "people",
    _("Authors that rules speak of together: the press, those who write every day."),
    everywhere(Permission.SET_UP),
    Listing(
        "author-lists",
        (
            Column("name", _("Name"), "link"),
            Column("slug", _("Short name")),
            Column("authors", _("Authors"), "count"),
        ),
        key="slug",
    ),
    one="author-lists/{id}",
    add_label=_("Add a list"),
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("slug", _("Short name"), "slug", when="add", required=True, most=50),
    ),
    end=Act(
        _("Remove"),
        "DELETE",
        "author-lists/{id}",
        ask=_("Remove this list?"),
        done=_("The list is gone."),
    ),
    parts=(
        Listing(
            "author-lists/{id}",
            (
                Column("author.name", _("Name"), "strong"),
                Column("author.handle", _("Handle")),
                Column("listed_at", _("On it since"), "moment"),
            ),
            key="author.id",
            title=_("Who is on the list"),
            acts=(
                Act(
                    _("Take off"),
                    "DELETE",
                    "author-lists/{id}/authors/{row}",
                    done=_("Taken off."),
                ),
            ),
            add=Adding(
                _("Put on the list"),
                "POST",
                "author-lists/{id}/authors",
                (
                    Field("handle", _("Handle"), required=True, most=200),
                    Field(
                        "channel",
                        _("On"),
                        "choice",
                        choices="channels",
                        required=True,
                    ),
                ),
            ),
        ),
    ),
)
