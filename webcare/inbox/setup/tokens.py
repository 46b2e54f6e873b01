"""Tokens, and the log of rights."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.domain.tokens import Scope
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.shapes import (
    Act,
    Column,
    Field,
    Listing,
    Noun,
)
from webcare.inbox.setup.words import AUDITED

SCOPES = (
    (Scope.READ.value, _("Read")),
    (Scope.WRITE.value, _("Work on tickets")),
    (Scope.INTAKE.value, _("Hand in messages")),
    (Scope.ADMIN.value, _("Set up the desk")),
)


TOKENS = Noun(
    "tokens",
    _("Tokens"),
    "private",
    _("Keys for programs that use the API. One is shown once, and never again."),
    everywhere(Permission.SET_UP),
    Listing(
        "tokens",
        (
            Column("name", _("Name"), "strong"),
            Column("owner", _("Acts as"), "named"),
            Column("scopes", _("May"), "choices", choices=SCOPES),
            Column("expires_at", _("Until"), "moment"),
            Column("used_at", _("Last used"), "moment"),
            Column("revoked_at", _("Ended"), "gone"),
        ),
        acts=(
            Act(
                _("End"),
                "POST",
                "tokens/{row}/revoke",
                ask=_("End this token? Programs that use it stop at once."),
                done=_("The token has ended."),
                where=("revoked_at", ""),
            ),
        ),
    ),
    add_label=_("Make a token"),
    told="token",
    fields=(
        Field("name", _("Name"), required=True, most=100, sample=_("What it is for")),
        Field(
            "owner",
            _("Acts as"),
            "choice",
            choices="agents",
            help=_("Nothing chosen: as you."),
        ),
        Field(
            "scopes",
            _("May"),
            "many",
            required=True,
            choices=SCOPES,
        ),
        Field("expires_at", _("Until"), "moment", help=_("Empty: until it is ended.")),
    ),
)


AUDIT = Noun(
    "audit",
    _("Changes of rights"),
    "file",
    _("Who gave or took which right, and when."),
    everywhere(Permission.SEE_AUDIT),
    Listing(
        "audit",
        (
            Column("at", _("When"), "moment"),
            Column("what", _("What"), "choice", choices=AUDITED),
            Column("who", _("Who"), "named"),
            Column("whom", _("Whom"), "named"),
            Column("about", _("About")),
        ),
    ),
)
