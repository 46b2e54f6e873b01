"""What the desk's templates need beside Django's own."""

from datetime import datetime

from django import template
from django.http import HttpRequest
from django.utils.safestring import SafeString

from webcare.inbox import durations, links, statuses
from webcare.inbox.preferences import THEME_COOKIE, THEMES

register = template.Library()


@register.filter
def linked(text: str) -> SafeString:
    """Text from a platform, escaped, with its web addresses as links."""
    return links.linked(text)


@register.filter
def safe_address(address: str) -> str:
    """An address that a page may link to, or nothing."""
    return address if links.is_safe(address) else ""


@register.filter
def since(at: datetime, now: datetime) -> str:
    """How long ago: "12 min"."""
    return durations.in_words((now - at).total_seconds())


@register.filter
def seconds_until(at: datetime, now: datetime) -> int:
    return max(0, round((at - now).total_seconds()))


@register.filter
def two_letters(name: str) -> str:
    """Who it is, in the space of an avatar."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def presence_look(state: str) -> statuses.Look:
    return statuses.PRESENCES[state]


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The theme this browser asked for: light, dark, or the system's."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get(THEME_COOKIE, "") if request else ""
    return chosen if chosen in THEMES else "system"
