"""Who is on call: woken in this order when somebody speaks of danger."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.people import LANGUAGES
from webcare.inbox.setup.shapes import Act, Column, Field, Listing, Noun

ON_CALL = Noun(
    "on-call",
    _("On call"),
    "danger",
    _("Who is woken when somebody speaks of danger, and in which order."),
    everywhere(Permission.MANAGE_ALARMS),
    Listing(
        "on-call",
        (
            Column("position", _("Place"), "count"),
            Column("name", _("Name"), "link"),
            Column("agent", _("On the desk"), "named"),
            Column("email", _("E-mail")),
            Column("webhook_url", _("Webhook")),
            Column("wait_minutes", _("Minutes until the next"), "count"),
            Column("is_active", _("In use"), "flag"),
        ),
    ),
    one="on-call/{id}",
    add_label=_("Put somebody on call"),
    told="secret",
    fields=(
        Field(
            "position",
            _("Place in the list"),
            "number",
            required=True,
            least=0,
            most=1_000,
            help=_("The lowest is told first."),
        ),
        Field("name", _("Name"), required=True, most=100, sample=_("Night shift")),
        Field(
            "agent",
            _("A person of the desk"),
            "choice",
            choices="colleagues",
            help=_("They see the alarm on every page."),
        ),
        Field("email", _("E-mail"), "email", most=254),
        Field("webhook_url", _("Webhook"), "url", most=500, sample="https://…"),
        Field(
            "language",
            _("Language of the letter"),
            "choice",
            choices=LANGUAGES,
            required=True,
            value="nl",
        ),
        Field(
            "wait_minutes",
            _("Minutes before the next is told as well"),
            "number",
            least=1,
            most=1_440,
            value="5",
        ),
        Field("is_active", _("In use"), "flag", value="true"),
    ),
    end=Act(
        _("Take off the list"),
        "DELETE",
        "on-call/{id}",
        ask=_("Take them off the list? An alarm that rings goes on without."),
        done=_("Taken off the list."),
    ),
)
