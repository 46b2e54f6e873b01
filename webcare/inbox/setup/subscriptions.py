"""Webhooks: which addresses are told what happens."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.inbox.setup.choices import holds
from webcare.inbox.setup.shapes import (
    Act,
    Adding,
    Column,
    Field,
    Listing,
    Noun,
)
from webcare.queries.subscriptions import EVENT_NAMES

WEBHOOKS = Noun(
    "webhooks",
    _("Webhooks"),
    "send",
    _("Which addresses are told what happens, and what became of it."),
    holds(Permission.MANAGE_WEBHOOKS),
    Listing(
        "subscriptions",
        (
            Column("name", _("Name"), "link"),
            Column("url", _("Address")),
            Column(
                "health",
                _("Health"),
                "choice",
                choices=(
                    ("healthy", _("Healthy")),
                    ("failing", _("Failing")),
                    ("off", _("Off")),
                ),
            ),
            Column("succeeded_at", _("Last heard"), "moment"),
        ),
    ),
    one="subscriptions/{id}",
    add_label=_("Add a webhook"),
    told="secret",
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("url", _("Address"), "url", required=True, most=500, sample="https://"),
        Field("is_active", _("In use"), "flag", when="edit"),
        Field(
            "queues",
            _("Only of queues"),
            "many",
            choices="queues",
            help=_("Nothing chosen: of all that you may see."),
        ),
        Field(
            "events",
            _("Only these events"),
            "many",
            more=True,
            choices=tuple((name, name) for name in EVENT_NAMES),
            help=_("Nothing chosen: all."),
        ),
    ),
    end=Act(
        _("Remove"),
        "DELETE",
        "subscriptions/{id}",
        ask=_("Remove this webhook? Its log goes with it."),
        done=_("The webhook is gone."),
    ),
    parts=(
        Listing(
            "subscriptions/{id}",
            (
                Column(
                    "health",
                    _("Health"),
                    "choice",
                    choices=(
                        ("healthy", _("Healthy")),
                        ("failing", _("Failing")),
                        ("off", _("Off")),
                    ),
                ),
                Column("failures", _("Failed in a row")),
                Column("paused_until", _("Waits until"), "moment"),
            ),
            within=".",
            title=_("Health and secret"),
            acts=(
                Act(
                    _("Send a test"),
                    "POST",
                    "subscriptions/{id}/test",
                    done=_("A test is on its way: see the log."),
                ),
                Act(
                    _("New secret"),
                    "POST",
                    "subscriptions/{id}/secret",
                    told="secret",
                    ask=_("Make a new secret? The one before signs until the next."),
                ),
            ),
        ),
        Listing(
            "subscriptions/{id}/deliveries",
            (
                Column("name", _("Event"), "strong"),
                Column("made_at", _("When"), "moment"),
                Column(
                    "state",
                    _("Became"),
                    "choice",
                    choices=(
                        ("waiting", _("Waiting")),
                        ("sending", _("Being sent")),
                        ("sent", _("Delivered")),
                        ("delivered", _("Delivered")),
                        ("dead", _("Given up")),
                        ("failed", _("Failed")),
                    ),
                ),
                Column("status_code", _("Answer")),
                Column("attempts", _("Tries")),
                Column("failure", _("What went wrong")),
            ),
            title=_("Log"),
            acts=(
                Act(
                    _("Tell again"),
                    "POST",
                    "subscriptions/{id}/deliveries/{row}/replay",
                    done=_("It is told again."),
                ),
            ),
            add=Adding(
                _("Tell again since"),
                "POST",
                "subscriptions/{id}/replay",
                (
                    Field("since", _("Since"), "moment", required=True),
                    Field(
                        "only_dead", _("Only what was given up"), "flag", value="true"
                    ),
                ),
            ),
        ),
    ),
)
