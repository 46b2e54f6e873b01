"""Calendars: when the desk is open."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.shapes import (
    Act,
    Column,
    Field,
    Listing,
    Noun,
)

CALENDARS = Noun(
    "calendars",
    _("Opening hours"),
    "clock",
    _("When the desk is open: promises are counted by it."),
    everywhere(Permission.SET_UP),
    Listing(
        "calendars",
        (
            Column("name", _("Name"), "link"),
            Column("time_zone", _("Time zone")),
            Column("week", _("Week"), "week"),
            Column("is_default", _("Default"), "flag"),
            Column("queues", _("Queues"), "choices", choices="queues"),
        ),
        key="slug",
    ),
    one="calendars/{id}",
    add_label=_("Add a calendar"),
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("slug", _("Short name"), "slug", when="add", required=True, most=50),
        Field(
            "time_zone",
            _("Time zone"),
            "choice",
            choices="zones",
            required=True,
            value="Europe/Amsterdam",
        ),
        Field("is_default", _("Counts for every queue that names none"), "flag"),
        Field("week", _("Opening hours"), "week"),
        Field(
            "holidays",
            _("Holidays and other dates"),
            "rows",
            of=(
                Field("date", _("Date"), "date", required=True),
                Field("name", _("Name"), required=True, most=100),
                Field(
                    "hours",
                    _("Open"),
                    "hours",
                    sample="09:00-12:00",
                    help=_("Empty: closed."),
                ),
            ),
        ),
        Field(
            "extras",
            _("Once open, or once closed"),
            "rows",
            of=(
                Field(
                    "open",
                    _("Then we are"),
                    "choice",
                    required=True,
                    value="false",
                    choices=(("false", _("Closed")), ("true", _("Open"))),
                ),
                Field("from", _("From"), "wall", required=True),
                Field("until", _("Until"), "wall", required=True),
                Field("reason", _("Why"), most=100, required=True),
            ),
            more=True,
        ),
    ),
    end=Act(
        _("Take out of use"),
        "DELETE",
        "calendars/{id}",
        ask=_("Take this calendar out of use?"),
        done=_("The calendar is out of use."),
    ),
    parts=(
        Listing(
            "calendars/{id}/versions",
            (
                Column("number", _("Version")),
                Column("made_at", _("Made"), "moment"),
                Column("made_by", _("By"), "named"),
            ),
            key="number",
            title=_("What it said before"),
        ),
    ),
    beside="webcare/setup/_holidays.html",
)
