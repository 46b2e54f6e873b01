"""What a list of tickets can be asked for, by name: the list, views and searches."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from webcare.domain.counted import LONGEST as LONGEST_COUNTED
from webcare.domain.counted import read_counted
from webcare.domain.lifecycle import LIVE, Status
from webcare.domain.outcomes import Priority
from webcare.domain.parameters import LONGEST, Parse, agent, flag, moment, some_of
from webcare.domain.readings import Sentiment
from webcare.domain.search import Unclear
from webcare.domain.search import parse as parse_search

FIELD = "field."  # and the key of a custom field
USUAL_ORDER = "-opened"
ORDERS = ("-opened", "changed", "due", "opened", "waiting")
# Orders by a time that only live tickets have.
LIVE_ORDERS = ("due", "waiting")


@dataclass(frozen=True, slots=True)
class Filter:
    """How a value is read, and what is said of it."""

    parse: Parse
    says: str
    is_flag: bool = False
    longest: int = LONGEST  # characters


def _search(text: str) -> str:
    try:
        parse_search(text)
    except Unclear as error:
        raise ValueError(str(error)) from error
    return text


FILTERS = {
    "status": Filter(
        some_of(*Status.values, aliases={"live": sorted(LIVE)}),
        f"Any of {', '.join(Status.values)}, or live; commas between.",
    ),
    "queue": Filter(str, "The slug of a queue, or none."),
    "topic": Filter(
        str, "The slug of the first topic, its subtopics included, or none."
    ),
    "also_topic": Filter(
        str, "The slug of a topic beside the first, its subtopics included."
    ),
    "agent": Filter(agent, "me, none, or the id of an agent."),
    "channel": Filter(str, "The slug of a channel."),
    "priority": Filter(
        some_of(*Priority.values), f"Any of {', '.join(Priority.values)}."
    ),
    "tag": Filter(str, "The slug of a tag."),
    "language": Filter(str, "A language tag, such as nl."),
    "sentiment": Filter(
        some_of(*Sentiment.values), f"Any of {', '.join(Sentiment.values)}."
    ),
    "breached": Filter(flag, "Whether a promise that runs is broken.", True),
    "danger": Filter(flag, "Whether somebody may be in danger.", True),
    "following": Filter(flag, "Whether you follow it.", True),
    "external_ref": Filter(str, "What another system calls it, exactly."),
    "opened_after": Filter(moment, "Opened at or after this instant."),
    "opened_before": Filter(moment, "Opened before this instant."),
    "waiting_after": Filter(
        moment, "Live, and its author waits since this instant or later."
    ),
    "waiting_before": Filter(
        moment, "Live, and its author waits since before this instant."
    ),
    "changed_after": Filter(moment, "Changed at or after this instant."),
    "counted": Filter(
        read_counted,
        "Behind a figure of a report: what the report has as `counted`, with `&figure=`"
        " its name, and `&key=` and `&promise=` of its line.",
        longest=LONGEST_COUNTED,
    ),
    "q": Filter(_search, "Words to look for, as in a search."),
}


def read_definition(given: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values of these filters, and a sentence for each that is wrong.

    `given` are names and texts, as they stand in an address; custom fields come
    back under `fields`.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, text in given.items():
        if len(text) > longest_of(name) or "\0" in text:
            errors[name[:LONGEST]] = _("Send at most %(most)s characters.") % {
                "most": longest_of(name)
            }
        elif name.startswith(FIELD) and len(name) > len(FIELD):
            values.setdefault("fields", {})[name.removeprefix(FIELD)] = text
        elif name not in FILTERS:
            known = ", ".join(sorted([*FILTERS, f"{FIELD}<key>"]))
            errors[name[:LONGEST]] = _("Unknown. Choose from: %(known)s.") % {
                "known": known
            }
        else:
            try:
                values[name] = FILTERS[name].parse(text)
            except ValueError as error:
                errors[name] = str(error)
    return values, errors


def longest_of(name: str) -> int:
    """Return how many characters a value of this name may have."""
    return FILTERS[name].longest if name in FILTERS else LONGEST


def order_problem(order: str, status: tuple[str, ...] | None) -> str:
    """Say why tickets of these statuses have no such order; nothing when they do."""
    if order in LIVE_ORDERS and status and not set(status) <= LIVE:
        return _(
            "Only live tickets are in the order %(order)s: leave status out, ask for "
            "live ones, or choose opened, -opened or changed."
        ) % {"order": order}
    return ""
