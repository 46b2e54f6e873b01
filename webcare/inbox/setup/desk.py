"""The desk itself: what it is called."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.people import LANGUAGES
from webcare.inbox.setup.shapes import Field, Noun, Sheet

DESK = Noun(
    "desk",
    _("This desk"),
    "info",
    _("What it is called at the top of every page, and the language of who comes."),
    everywhere(Permission.SET_UP),
    sheet=Sheet(
        _("This desk"),
        "desk",
        (
            Field("name", _("Name of the desk"), required=True, most=60),
            Field(
                "language",
                _("Language of who is added"),
                "choice",
                choices=LANGUAGES,
                help=_("For people who are added without one of their own."),
            ),
        ),
        method="PATCH",
    ),
    above="webcare/setup/_desk.html",
)
