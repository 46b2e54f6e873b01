"""People: who they are, what they may do, what they know."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission, Role
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.shapes import Act, Adding, Column, Field, Listing, Noun
from webcare.inbox.setup.words import pairs

LANGUAGES = (("nl", "Nederlands"), ("en", "English"))


SPOKEN = (
    ("1", _("Gets by")),
    ("2", _("Fluent")),
    ("3", _("Own language")),
)


PRESENCES = (
    ("present", _("Present")),
    ("break", _("On a break")),
    ("away", _("Away")),
)


PEOPLE = Noun(
    "people",
    _("People"),
    "people",
    _("Who works here, how much they can have at once, and what they know."),
    everywhere(Permission.SET_UP),
    Listing(
        "agents",
        (
            Column("name", _("Name"), "link"),
            Column("roles", _("Roles"), "roles", choices="roles"),
            Column("capacity", _("At once")),
            Column("languages", _("Languages"), "spoken", choices=SPOKEN),
            Column("skills", _("Skills"), "levels"),
            Column("two_steps", _("Two steps"), "flag"),
            Column("presence", _("Now"), "choice", choices=PRESENCES),
        ),
        acts=(
            Act(
                _("End the second step"),
                "DELETE",
                "agents/{id}/second-step",
                ask=_("Their password is enough then. Are you sure that it is them?"),
                done=_("Their password is enough now."),
                where=("two_steps", "*"),
            ),
        ),
    ),
    one="agents/{id}",
    add_label=_("Add somebody"),
    fields=(
        Field("username", _("Sign-in name"), when="add", required=True, most=150),
        Field("first_name", _("First name"), most=150),
        Field("last_name", _("Last name"), most=150),
        Field("email", _("E-mail"), "email", most=254),
        Field("initials", _("Initials under answers"), most=4),
        Field(
            "language",
            _("Language of their pages"),
            "choice",
            choices=LANGUAGES,
            required=True,
            value="nl",
        ),
        Field(
            "capacity",
            _("Tickets at once"),
            "number",
            least=0,
            most=32_767,
            help=_("0: nothing is handed out to them."),
        ),
        Field(
            "languages",
            _("Languages they answer in"),
            "rows",
            of=(
                Field("language", _("Language"), required=True, most=12, sample="nl"),
                Field(
                    "level",
                    _("How well"),
                    "count",
                    choices=SPOKEN,
                    required=True,
                    value="3",
                ),
            ),
        ),
        Field(
            "skills",
            _("Skills"),
            "rows",
            of=(
                Field("skill", _("Skill"), "choice", choices="skills", required=True),
                Field("level", _("Level"), "number", least=1, most=5, value="3"),
            ),
        ),
        Field("needs_approval", _("Their answers are read by a second person"), "flag"),
        Field("is_external", _("Works for another organisation"), "flag"),
        Field("is_active", _("Has access"), "flag", when="edit"),
    ),
    parts=(
        Listing(
            "agents/{id}",
            (
                Column("role", _("Role"), "choice", choices=pairs(Role)),
                Column("queue", _("Where"), "where"),
            ),
            key="queue",
            within="roles",
            title=_("Roles"),
            acts=(
                Act(
                    _("Take away"),
                    "DELETE",
                    "queues/{queue}/members/{id}",
                    done=_("The role is taken away."),
                    where=("queue", "*"),
                ),
                Act(
                    _("Take away"),
                    "DELETE",
                    "agents/{id}/everywhere",
                    done=_("The role is taken away."),
                    where=("queue", ""),
                ),
            ),
            add=Adding(
                _("Give a role"),
                "PUT",
                "queues/{queue}/members/{id}",
                (
                    Field(
                        "role",
                        _("Role"),
                        "choice",
                        choices=pairs(Role),
                        required=True,
                        value="agent",
                    ),
                    Field(
                        "queue",
                        _("In"),
                        "choice",
                        choices="queues",
                        help=_("Nothing chosen: in all queues."),
                    ),
                    Field(
                        "weight",
                        _("Share of the work"),
                        "number",
                        value="1",
                        least=0,
                        most=100,
                    ),
                ),
                otherwise="agents/{id}/everywhere",
            ),
        ),
    ),
    docs="agents",
)
