"""Channels: where people write to us."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.shapes import (
    Act,
    Column,
    Field,
    Listing,
    Noun,
    Sheet,
)
from webcare.inbox.setup.words import pairs
from webcare.queries.setup import (
    CheckResult,
    Counting,
    Files,
    Mode,
    PrivateReplies,
)

CHANNELS = Noun(
    "channels",
    _("Channels"),
    "channel",
    _("Where people write to us, whether all is well there, and how far we go."),
    everywhere(Permission.SET_UP),
    Listing(
        "channels",
        (
            Column("name", _("Name"), "link"),
            Column("mode", _("We are"), "choice", choices=pairs(Mode)),
            Column("stopped_because", _("Health"), "health"),
            Column("text_limit", _("Longest answer"), "count"),
        ),
        key="slug",
    ),
    one="channels/{id}",
    add_label=_("Connect a channel"),
    told="secret",
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("slug", _("Short name"), "slug", when="add", required=True, most=50),
        Field(
            "mode",
            _("How far we go"),
            "choice",
            choices=pairs(Mode),
            required=True,
            value="listening",
            help=_("Listening answers nothing; a pilot answers a few a day."),
        ),
        Field(
            "callback_url",
            _("Where answers are sent"),
            "url",
            most=500,
            sample="https://",
        ),
        Field(
            "text_limit", _("Longest answer, in signs"), "number", least=1, most=50_000
        ),
        Field(
            "counting",
            _("What is one sign"),
            "choice",
            required=True,
            choices=pairs(Counting),
            value="signs",
        ),
        Field(
            "files",
            _("Files beside an answer"),
            "choice",
            required=True,
            choices=pairs(Files),
            value="none",
        ),
        Field(
            "private_replies",
            _("Going on in private"),
            "choice",
            required=True,
            choices=pairs(PrivateReplies),
            value="none",
        ),
        Field(
            "private_window_hours",
            _("In private until after their last message"),
            "length",
            per=3_600,
            more=True,
        ),
        Field(
            "public_hold_seconds",
            _("A public answer can be taken back for"),
            "number",
            least=0,
            most=60,
            more=True,
            help=_("Seconds."),
        ),
        Field(
            "private_hold_seconds",
            _("A private answer can be taken back for"),
            "number",
            least=0,
            most=60,
            more=True,
            help=_("Seconds."),
        ),
        Field(
            "pilot_cap",
            _("Answers a day in a pilot"),
            "number",
            least=0,
            most=1_000_000,
            more=True,
        ),
        Field("can_hide", _("Messages can be hidden there"), "flag", more=True),
        Field("can_like", _("Messages can be liked there"), "flag", more=True),
        Field(
            "can_retract", _("Our answers can be taken off there"), "flag", more=True
        ),
    ),
    parts=(
        Listing(
            "channels/{id}",
            (
                Column("stopped_because", _("Health"), "health"),
                Column(
                    "check_result",
                    _("Last test"),
                    "choice",
                    choices=pairs(CheckResult),
                ),
                Column("check_detail", _("What was said")),
                Column("checked_at", _("Tested"), "moment"),
                Column("stopped_at", _("Stopped"), "moment"),
                Column("blocked_until", _("Waits until"), "moment"),
            ),
            key="slug",
            within=".",
            title=_("Health and secret"),
            acts=(
                Act(
                    _("Test"),
                    "POST",
                    "channels/{id}/test",
                    done=_("Tested; nobody was sent anything."),
                ),
                Act(
                    _("Let it send again"),
                    "POST",
                    "channels/{id}/resume",
                    done=_("It sends again."),
                    where=("stopped_at", "*"),
                ),
                Act(
                    _("New secret"),
                    "POST",
                    "channels/{id}/secret",
                    told="secret",
                    ask=_("Make a new secret? The one before stays good as well."),
                ),
            ),
        ),
        Sheet(
            _("Weight"),
            "channels/{id}/weight",
            (
                Field(
                    "weight",
                    _("How much of a person one ticket takes"),
                    "decimal",
                    help=_("1 is one ticket of their capacity; a chat may be 0.5."),
                ),
            ),
        ),
    ),
)
