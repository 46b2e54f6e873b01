"""Topics: what questions are about, and which words say so."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.domain.topics.rules import RuleKind
from webcare.inbox.setup.choices import holds
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

LANGUAGES = (("nl", _("Dutch")), ("en", _("English")))


RETIRED = Field("retired", _("Retired: not offered any more"), "flag", when="edit")


TOPICS = Noun(
    "topics",
    _("Topics"),
    "topic",
    _("What questions are about, which words say so, and where they go."),
    holds(Permission.TEACH_TOPICS),
    Listing(
        "topics",
        (
            Column("name", _("Name"), "link"),
            Column("parent", _("Part of"), "choice", choices="topics"),
            Column("queue", _("Goes to"), "choice", choices="queues"),
            Column("owner_name", _("Owner")),
            Column("examples", _("Examples"), "count"),
            Column("rules", _("Words"), "patterns"),
            Column("retired_at", _("Retired"), "gone"),
            Column("merged_into", _("Merged into"), "choice", choices="topics"),
        ),
        key="slug",
    ),
    one="topics/{id}",
    add_label=_("Add a topic"),
    fields=(
        Field("name", _("Name"), required=True, most=100),
        Field("name_nl", _("Name in Dutch"), most=100),
        Field("slug", _("Short name"), "slug", when="add", required=True, most=50),
        Field("parent", _("Part of"), "choice", choices="topics"),
        Field("queue", _("Goes to"), "choice", choices="queues"),
        Field("owner", _("Owner"), "choice", choices="owners"),
        Field("is_danger", _("Somebody may be in danger: ring an alarm"), "flag"),
        Field("needs_approval", _("Answers are read by a second person"), "flag"),
        Field("is_pinned", _("Pinned: stands first, and stays"), "flag"),
        RETIRED,
    ),
    parts=(
        Listing(
            "topics/{id}/rules",
            (
                Column("pattern", _("Words"), "strong"),
                Column("kind", _("How"), "choice", choices=pairs(RuleKind)),
                Column("language", _("Language"), "choice", choices=LANGUAGES),
                Column("channel", _("Only on"), "choice", choices="channels"),
                Column(
                    "author_list",
                    _("Only for authors on"),
                    "choice",
                    choices="author_lists",
                ),
            ),
            title=_("Words that say so"),
            acts=(
                Act(
                    _("Remove"), "DELETE", "topics/{id}/rules/{row}", done=_("Removed.")
                ),
            ),
            add=Adding(
                _("Add words"),
                "POST",
                "topics/{id}/rules",
                (
                    Field("pattern", _("Words"), required=True, most=200),
                    Field(
                        "kind",
                        _("How"),
                        "choice",
                        choices=pairs(RuleKind),
                        required=True,
                        value="word",
                    ),
                    Field("language", _("Language"), "choice", choices=LANGUAGES),
                    Field("channel", _("Only on"), "choice", choices="channels"),
                    Field(
                        "author_list",
                        _("Only for authors on"),
                        "choice",
                        choices="author_lists",
                    ),
                ),
            ),
        ),
        Listing(
            "topics/{id}",
            (),
            within="none",
            title=_("Teach it"),
            about=_("Texts about this topic, one per line. The more, the surer."),
            add=Adding(
                _("Teach"),
                "POST",
                "topics/{id}/examples",
                (Field("text", _("Texts"), "area", required=True),),
                as_list="text",
            ),
        ),
        Listing(
            "topics/{id}/examples",
            (
                Column("text", _("Text")),
                Column("language", _("Language"), "choice", choices=LANGUAGES),
                Column("given_by", _("Given by")),
                Column("given_at", _("Given at"), "moment"),
            ),
            title=_("What it was taught"),
            about=_("Texts that people say are about this topic, the newest first."),
            acts=(
                Act(
                    _("Remove"),
                    "DELETE",
                    "topics/{id}/examples/{row}",
                    ask=_("Take this example away?"),
                    done=_("Removed. The model forgets it when it is trained again."),
                ),
            ),
        ),
        Listing(
            "topics/{id}",
            (),
            within="none",
            title=_("Merge it"),
            about=_(
                "Another topic takes over examples, words, macros, routing and open "
                "tickets. What was counted under this one stays under its name. It can "
                "be undone."
            ),
            add=Adding(
                _("Merge"),
                "POST",
                "topics/{id}/merge",
                (Field("into", _("Into"), "choice", choices="topics", required=True),),
            ),
        ),
        Sheet(
            _("Skills that it asks for"),
            "topics/{id}/skills",
            (
                Field(
                    "skills",
                    _("Skills"),
                    "rows",
                    of=(
                        Field(
                            "skill",
                            _("Skill"),
                            "choice",
                            choices="skills",
                            required=True,
                        ),
                        Field(
                            "level", _("Level"), "number", least=1, most=5, value="3"
                        ),
                    ),
                ),
            ),
        ),
    ),
    extra="webcare/setup/_try_topics.html",
)
