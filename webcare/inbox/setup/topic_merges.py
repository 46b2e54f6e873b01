"""Merges of topics: what was given over to what, and the way back."""

from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Permission
from webcare.inbox.setup.choices import everywhere
from webcare.inbox.setup.shapes import Act, Column, Listing, Noun

TOPIC_MERGES = Noun(
    "topic-merges",
    _("Merged topics"),
    "topic",
    _("Which topics were given over to others. Merge one on its own page."),
    everywhere(Permission.SET_UP),
    Listing(
        "topics/merges",
        (
            Column("topic", _("Topic"), "strong"),
            Column("into", _("Merged into")),
            Column("merged_at", _("Merged"), "moment"),
            Column("merged_by", _("By"), "named"),
            Column("tickets", _("Tickets"), "count"),
            Column("undone_at", _("Undone"), "moment"),
        ),
        acts=(
            Act(
                _("Undo"),
                "POST",
                "topics/merges/{id}/undo",
                ask=_("Give back what was taken over?"),
                done=_("The topic is back."),
                where=("undone_at", ""),
            ),
        ),
    ),
)
