"""What the columns that are drawn are called, and how their values are said."""

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

COLUMNS: Mapping[str, str | Promise] = {
    "share": gettext_lazy("Satisfied, of those who answered"),
    "answered": gettext_lazy("Answers"),
    "needs_answer_share": gettext_lazy("Answered, of what needed an answer"),
    "addressed_share": gettext_lazy("Answered, of what was addressed to us"),
    "monitored_share": gettext_lazy("Answered, of all that we heard"),
    "needs_answer_of": gettext_lazy("Messages that needed an answer"),
    "engaged_share": gettext_lazy("We took part"),
    "added_share": gettext_lazy("It added something"),
    "harm_share": gettext_lazy("They wanted us gone"),
    "silent_share": gettext_lazy("Nothing known"),
    "conversations": gettext_lazy("Conversations"),
    "p50_seconds": gettext_lazy("Half were done within"),
    "p90_seconds": gettext_lazy("Nine of ten were done within"),
    "n": gettext_lazy("Cases"),
    "waiting": gettext_lazy("Still waiting"),
    "first_response_share": gettext_lazy("First answers in time"),
    "next_response_share": gettext_lazy("Further answers in time"),
    "resolution_share": gettext_lazy("Resolved in time"),
    "reopened_share": gettext_lazy("Reopened, of resolved"),
    "at_once_share": gettext_lazy("At once, of answered"),
    "resolved_with_answer": gettext_lazy("Resolved with an answer"),
    "tickets": gettext_lazy("Live tickets"),
    "oldest_seconds": gettext_lazy("Oldest"),
    "messages_in": gettext_lazy("Messages in"),
    "messages_out": gettext_lazy("Messages out"),
    "tickets_opened": gettext_lazy("Tickets opened"),
    "resolved": gettext_lazy("Tickets resolved"),
    "handle_seconds": gettext_lazy("Time worked on tickets"),
}


def shown(value: float | None, kind: str) -> str:
    """Return a value in words: a share as a percentage, seconds in hours and minutes.

    None is a share of too few, a length that too few have reached, or the age of
    nothing.
    """
    if value is None:
        nothing = {"seconds": _("not reached"), "age": "–"}
        return nothing.get(kind, _("too few to say"))
    if kind in ("seconds", "age"):
        return _length(int(value))
    if kind == "share":
        return f"{number_format(round(100 * value, 1), force_grouping=True)} %"
    return str(number_format(value, force_grouping=True))


def _length(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(seconds)d s") % {"seconds": rest}
