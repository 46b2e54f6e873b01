"""Teams, and skills that people share."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.inbox.setup.choices import everywhere, holds
from webcare.inbox.setup.shapes import Act, Column, Field, Listing, Noun

TEAMS = Noun(
    "teams",
    _("Teams"),
    "people",
    _("People who share views and macros, and are mentioned together."),
    holds(Permission.MANAGE_TEAMS),
    Listing(
        "teams",
        (
            Column("name", _("Name"), "link"),
            Column("members", _("Members"), "names"),
        ),
    ),
    one="teams/{id}",
    add_label=_("Add a team"),
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("members", _("Members"), "people", choices="colleagues"),
    ),
    end=Act(
        _("End this team"),
        "DELETE",
        "teams/{id}",
        ask=_("End this team?"),
        done=_("The team has ended."),
    ),
)


SKILLS = Noun(
    "skills",
    _("Skills"),
    "model",
    _("What some questions need, and some people can."),
    everywhere(Permission.SET_UP),
    Listing(
        "skills",
        (Column("name", _("Name"), "link"), Column("slug", _("Short name"))),
        key="slug",
    ),
    one="skills/{id}",
    add_label=_("Add a skill"),
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("slug", _("Short name"), "slug", when="add", required=True, most=50),
    ),
    end=Act(
        _("Remove"),
        "DELETE",
        "skills/{id}",
        ask=_("Remove this skill? Nobody has it then, and nothing asks for it."),
        done=_("The skill is gone."),
    ),
)
