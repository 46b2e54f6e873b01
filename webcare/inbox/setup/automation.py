"""Rules: what the desk does by itself."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.automation.words import TimerState
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority, Promise
from webcare.domain.permissions import Permission
from webcare.domain.readings import Sentiment
from webcare.inbox.setup.choices import holds
from webcare.inbox.setup.shapes import (
    Act,
    Column,
    Field,
    Listing,
    Noun,
    Trial,
)
from webcare.inbox.setup.words import EVENTS, pairs


def _leaf_fields() -> tuple[Field, ...]:
    return (
        Field(
            "field",
            _("What"),
            "choice",
            required=True,
            value="topic",
            choices=(
                ("topic", _("Topic")),
                ("queue", _("Queue")),
                ("channel", _("Channel")),
                ("status", _("Status")),
                ("priority", _("Priority")),
                ("tag", _("Tag")),
                ("language", _("Language")),
                ("text", _("Words")),
                ("author", _("Author")),
                ("author_list", _("List of authors")),
                ("sentiment", _("Sentiment")),
                ("promise", _("Which promise")),
                ("visibility", _("Public or private")),
                ("danger", _("Danger")),
                ("waiting_seconds", _("Has waited")),
                ("age_seconds", _("Has existed")),
                ("custom", _("Own field")),
            ),
        ),
        *(
            Field("is", _("Is one of"), "many", choices=choices, only=("field", name))
            for name, choices in (
                ("topic", "topics"),
                ("queue", "queues"),
                ("channel", "channels"),
                ("tag", "tags"),
                ("language", "languages"),
                ("author_list", "author_lists"),
                ("sentiment", pairs(Sentiment)),
                ("promise", pairs(Promise)),
                ("priority", pairs(Priority)),
                ("status", pairs(Status)),
                ("visibility", (("public", _("Public")), ("private", _("Private")))),
            )
        ),
        Field(
            "is",
            _("Is one of"),
            "lines",
            only=("field", "author"),
            help=_("One per line."),
        ),
        Field(
            "is",
            _("Is"),
            "yes",
            only=("field", "danger"),
            choices=(("true", _("Yes")), ("false", _("No"))),
        ),
        Field(
            "word",
            _("A whole word"),
            "lines",
            only=("field", "text"),
            help=_("One per line; any of them will do."),
        ),
        Field(
            "at_least",
            _("At least"),
            "length",
            only=("field", "waiting_seconds", "age_seconds"),
        ),
        Field(
            "less_than",
            _("Less than"),
            "length",
            only=("field", "waiting_seconds", "age_seconds"),
        ),
        Field("key", _("Field"), only=("field", "custom")),
        Field("is", _("Is one of"), "lines", only=("field", "custom")),
    )


RULES = Noun(
    "rules",
    _("Automation"),
    "rule",
    _("What the desk does by itself, under the rights of who made the rule."),
    holds(Permission.MANAGE_RULES),
    Listing(
        "rules",
        (
            Column("name", _("Name"), "link"),
            Column("queue", _("In"), "where"),
            Column("actions", _("Does"), "steps"),
            Column("is_enabled", _("In use"), "flag"),
        ),
    ),
    one="rules/{id}",
    add_label=_("Add a rule"),
    begins_with='{"trigger": {}, "conditions": {}, "actions": []}',
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("is_enabled", _("In use"), "flag"),
        Field("queue", _("Only in"), "choice", choices="queues"),
        Field("trigger.events", _("When this happens"), "many", choices=EVENTS),
        Field(
            "trigger.timer.state",
            _("Or when a ticket has been"),
            "choice",
            choices=pairs(TimerState),
        ),
        Field(
            "trigger.timer.minutes",
            _("For so long"),
            "length",
            per=60,
            only=("trigger.timer.state", *TimerState.values),
        ),
        Field("conditions.all", _("If all of this holds"), "rows", of=_leaf_fields()),
        Field(
            "conditions.any", _("And any of this"), "rows", of=_leaf_fields(), more=True
        ),
        Field(
            "conditions.none",
            _("And none of this"),
            "rows",
            of=_leaf_fields(),
            more=True,
        ),
        Field(
            "actions",
            _("Then"),
            "rows",
            required=True,
            of=(
                Field(
                    "do",
                    _("Do"),
                    "choice",
                    required=True,
                    value="tag",
                    choices=(
                        ("tag", _("Put on a tag")),
                        ("untag", _("Take off a tag")),
                        ("route", _("Move to a queue")),
                        ("classify", _("Give a topic")),
                        ("assign", _("Give to somebody")),
                        ("release", _("Give back")),
                        ("priority", _("Set the priority")),
                        ("note", _("Write a note")),
                        ("notify", _("Tell somebody")),
                        ("webhook", _("Call a webhook")),
                        ("answer", _("Answer with a macro")),
                    ),
                ),
                Field(
                    "tag",
                    _("Tag"),
                    "choice",
                    choices="tags",
                    required=True,
                    only=("do", "tag", "untag"),
                ),
                Field(
                    "queue",
                    _("Queue"),
                    "choice",
                    choices="queues",
                    required=True,
                    only=("do", "route"),
                ),
                Field(
                    "topic",
                    _("Topic"),
                    "choice",
                    choices="topics",
                    only=("do", "classify"),
                ),
                Field(
                    "agent",
                    _("Agent"),
                    "choice",
                    choices="agents",
                    required=True,
                    only=("do", "assign"),
                ),
                Field(
                    "priority",
                    _("Priority"),
                    "choice",
                    choices=pairs(Priority),
                    required=True,
                    only=("do", "priority"),
                ),
                Field("reason", _("Why"), only=("do", "priority"), required=True),
                Field("text", _("Text"), "area", only=("do", "note"), required=True),
                Field(
                    "who",
                    _("Whom"),
                    "choice",
                    only=("do", "notify"),
                    required=True,
                    value="lead",
                    choices=(
                        ("lead", _("The lead of its queue")),
                        ("agent", _("Who is on it")),
                    ),
                ),
                Field(
                    "subscription",
                    _("Webhook"),
                    "choice",
                    only=("do", "webhook"),
                    choices="subscriptions",
                    required=True,
                ),
                Field(
                    "macro",
                    _("Macro"),
                    "choice",
                    choices="macros",
                    required=True,
                    only=("do", "answer"),
                ),
            ),
        ),
        Field(
            "position",
            _("Place among the rules"),
            "number",
            least=0,
            more=True,
            most=100_000,
            value="0",
        ),
    ),
    end=Act(
        _("Take out of use"),
        "DELETE",
        "rules/{id}",
        ask=_("Take this rule out of use?"),
        done=_("The rule is out of use."),
    ),
    trial=Trial("rules/dry-run", ("name",)),
)
