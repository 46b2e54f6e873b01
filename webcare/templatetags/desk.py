"""What the desk's templates need beside Django's own."""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.db import DatabaseError
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from webcare.inbox import drawing, durations, links, statuses
from webcare.inbox.me import KINDS
from webcare.inbox.preferences import THEME_COOKIE, THEMES
from webcare.inbox.report_pages import REPORTS
from webcare.queries.desk import DeskNamed
from webcare.queries.desk import desk_named as asked

register = template.Library()
# {% drawn "webcare/…/_row.html" row=row %}: a part, drawn once for what it is given.
register.simple_tag(drawing.drawn)


@register.filter
def linked(text: str) -> SafeString:
    """Text from a platform, escaped, with its web addresses as links."""
    return links.linked(text)


@register.filter
def safe_address(address: str) -> str:
    """An address that a page may link to, or nothing."""
    return address if links.is_safe(address) else ""


@register.filter
def says_first(row: Any) -> str:
    """What a ticket of a list says, or why there is nothing to read."""
    return str(row.excerpt or statuses.GONE.get(row.why_gone) or _("Without text"))


@register.filter
def since(at: datetime, now: datetime) -> str:
    """How long ago: "12 min"."""
    return durations.in_words((now - at).total_seconds())


@register.filter
def seconds_until(at: datetime, now: datetime) -> int:
    return max(0, round((at - now).total_seconds()))


@register.filter
def in_time(seconds: float) -> str:
    """A length of time in words: "3 h 05"."""
    return durations.in_words(seconds)


@register.filter
def percent(share: float | None, digits: int = 0) -> str:
    """A share in words: "93 %", or a dash where there is none."""
    if share is None:
        return "–"
    return f"{number_format(round(100 * share, digits), digits)} %"


@register.filter
def change_in(share: float) -> str:
    """A change in words: "+25 %", "−40 %"."""
    sign = "+" if share > 0 else "−" if share < 0 else "±"
    return f"{sign}{percent(abs(share))}"


@register.filter
def two_letters(name: str) -> str:
    """Who it is, in the space of an avatar."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def language_name(code: str) -> str:
    """What a language is called in the reader's own; its code where nobody knows."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


@register.filter
def in_hex(digest: bytes) -> str:
    return bytes(digest).hex()


@register.filter
def equals(one: object, other: object) -> bool:
    """For what an include is given."""
    return one == other


@register.filter
def presence_look(state: str) -> statuses.Look:
    return statuses.PRESENCES[state]


# The first that fits: those below stand in the names of those above as well.
_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac", "Linux")
_CALLED = {"Edg": "Edge", "OPR": "Opera", "Mac": "macOS"}


@register.filter
def browser_name(device: str) -> str:
    """What a browser says of itself, in two words: "Firefox, Linux"."""
    parts = [
        next((_CALLED.get(one, one) for one in names if one in device), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, parts)) or str(_("Another program"))


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name: str) -> SafeString:
    """A picture of our own, by its name. Made once: a page shows a hundred."""
    drawn = static("webcare/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        drawn,
        name,
    )


@register.simple_tag
def told_kinds() -> str:
    """What one can be told, in words, for the script that says it."""
    return json.dumps({kind: str(words) for kind, words in KINDS.items()})


@register.simple_tag
def command_pages() -> list[tuple[str, str, str]]:
    """The pages that can be gone to from anywhere: name, address, and their keys."""
    places = [
        (_("Inbox"), reverse("inbox:ticket-list"), "g i"),
        (_("Most pressing ticket"), reverse("inbox:next-ticket"), "g n"),
        (_("Board"), reverse("inbox:board"), "g b"),
        (_("Reports"), reverse("inbox:report-list"), "g r"),
        (_("Waits for approval"), reverse("inbox:approvals"), "g a"),
        (_("My page"), reverse("inbox:me"), "g m"),
    ]
    reports = [
        (f"{_('Report')}: {page.title}", reverse("inbox:report", args=[page.slug]), "")
        for page in REPORTS.values()
        if not page.needs
    ]
    return places + reports


@register.simple_tag(takes_context=True)
def desk_named(context: template.Context) -> DeskNamed:
    """What this desk is called: known on its pages, asked for on those of strangers.

    The product's name where not even that can be asked.
    """
    if desk := context.get("desk"):
        return desk.named  # type: ignore[no-any-return]
    if not context.get("request"):
        return DeskNamed()
    try:
        return asked()
    except DatabaseError:
        return DeskNamed()


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The theme this browser asked for: light, dark, or the system's."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get(THEME_COOKIE, "") if request else ""
    return chosen if chosen in THEMES else "system"
