"""Queues: where work waits, who does it, and how it is handed out."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import GIVEN_BY_LEADS, Permission, Role
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.people import SPOKEN
from webcare.inbox.setup.shapes import (
    Act,
    Adding,
    Column,
    Field,
    Listing,
    Noun,
    Sheet,
)
from webcare.inbox.setup.words import pairs
from webcare.queries.setup import Handout, OnSilence

SKILLS = Field(
    "skills",
    _("Skills it asks for"),
    "rows",
    of=(
        Field("skill", _("Skill"), "choice", choices="skills", required=True),
        Field("level", _("Level"), "number", least=1, most=5, value="3"),
    ),
)


QUEUES = Noun(
    "queues",
    _("Queues"),
    "queue",
    _("Where work waits, who does it, and how it is handed out."),
    everywhere(Permission.SET_UP),
    Listing(
        "queues",
        (
            Column("name", _("Name"), "link"),
            Column("handout", _("Work"), "choice", choices=pairs(Handout)),
            Column("first_response_seconds", _("First answer within"), "length"),
            Column("calendar", _("Open by"), "choice", choices="calendars"),
            Column("lead", _("Lead"), "named"),
        ),
        key="slug",
    ),
    one="queues/{id}",
    add_label=_("Add a queue"),
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("slug", _("Short name"), "slug", when="add", required=True, most=50),
        Field("lead", _("Lead"), "choice", choices="colleagues"),
        Field(
            "handout",
            _("How work is divided"),
            "choice",
            choices=pairs(Handout),
            required=True,
            value="pull",
        ),
        Field(
            "calendar",
            _("Open by"),
            "choice",
            choices="calendars",
            help=_("Nothing chosen: the default calendar."),
        ),
        Field("first_response_seconds", _("First answer within"), "length"),
        Field("next_response_seconds", _("Next answers within"), "length"),
        Field("resolution_seconds", _("Resolved within"), "length"),
        Field("outcome_required", _("Ask for an outcome when resolving"), "flag"),
        Field("needs_approval", _("Every answer is read by a second person"), "flag"),
        Field(
            "approval_hours",
            _("An answer waits for that"),
            "length",
            more=True,
            per=3_600,
        ),
        Field(
            "reopen_window_hours",
            _("A resolved ticket reopens within"),
            "length",
            more=True,
            per=3_600,
        ),
        Field(
            "silence_minutes",
            _("No sign of work on a ticket for"),
            "length",
            more=True,
            per=60,
        ),
        Field(
            "absent_minutes", _("Its agent is away for"), "length", more=True, per=60
        ),
        Field(
            "on_silence",
            _("Then"),
            "choice",
            choices=pairs(OnSilence),
            more=True,
            required=True,
            value="return",
        ),
        Field(
            "language_level",
            _("Knows the language of a ticket, at least"),
            "count",
            choices=SPOKEN,
            more=True,
            required=True,
            value="1",
        ),
        Field(
            "widen_after_seconds",
            _("Lower levels, then none, will do after"),
            "length",
            more=True,
        ),
        SKILLS,
        Field(
            "private_alternative",
            _("Where else people can tell us in private"),
            "area",
            more=True,
        ),
    ),
    parts=(
        Listing(
            "queues/{id}/members",
            (
                Column("agent", _("Who"), "named"),
                Column("role", _("Role"), "choice", choices=pairs(Role)),
                Column("weight", _("Share of the work")),
                Column("queue", _("Where"), "where"),
            ),
            key="agent.id",
            title=_("People"),
            acts=(
                Act(
                    _("Take out"),
                    "DELETE",
                    "queues/{id}/members/{agent.id}",
                    done=_("Taken out of the queue."),
                    where=("queue", "{id}"),
                ),
            ),
            add=Adding(
                _("Put in the queue"),
                "PUT",
                "queues/{id}/members/{agent}",
                (
                    Field(
                        "agent", _("Who"), "choice", choices="colleagues", required=True
                    ),
                    Field(
                        "role",
                        _("Role"),
                        "choice",
                        required=True,
                        value="agent",
                        choices=tuple(
                            (role.value, role.label)
                            for role in Role
                            if role in {*GIVEN_BY_LEADS, Role.LEAD}
                        ),
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
            ),
        ),
        Sheet(
            _("Asking what people thought"),
            "queues/{id}/survey",
            (
                Field("is_on", _("Ask after a ticket was resolved"), "flag"),
                Field("delay_minutes", _("After"), "length", per=60),
                Field("valid_days", _("Answers count for"), "length", per=86_400),
                Field(
                    "channels",
                    _("Only on"),
                    "many",
                    choices="channels",
                    help=_("Nothing chosen: on all channels."),
                ),
                Field(
                    "question_nl",
                    _("Question in Dutch"),
                    "area",
                    help=_("Empty: the usual question."),
                ),
                Field("question_en", _("Question in English"), "area"),
                Field("asks_comment", _("Ask for a comment too"), "flag"),
            ),
        ),
    ),
)
