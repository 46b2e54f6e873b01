"""Text from a platform, made readable: the one place that makes links of it."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+", re.IGNORECASE)
# What ends a sentence rather than an address.
_TRAILING = ".,;:!?…*_~”’»"
_PAIRS = {")": "(", "]": "[", "}": "{"}


def linked(text: str) -> SafeString:
    """Return `text` escaped, with its web addresses as links that tell nothing of us.

    Only http and https are linked, and only addresses whose host is plain to see:
    what has a name or password before an @ stays text.
    """
    return format_html_join("", "{}", ((part,) for part in _parts(text)))


def _parts(text: str) -> Iterator[str | SafeString]:
    end = 0
    for match in _ADDRESS.finditer(text):
        address = _trimmed(match[0])
        yield text[end : match.start()]
        yield _link(address) if is_safe(address) else address
        end = match.start() + len(address)
    yield text[end:]


def is_safe(address: str) -> bool:
    """Whether a page may link to this address."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc


def _link(address: str) -> SafeString:
    return format_html(
        '<a href="{}" target="_blank" rel="noopener noreferrer nofollow ugc">{}</a>',
        address,
        address,
    )


def _trimmed(address: str) -> str:
    while address:
        last = address[-1]
        opens = _PAIRS.get(last)
        unpaired = opens and address.count(last) > address.count(opens)
        if last not in _TRAILING and not unpaired:
            break
        address = address[:-1]
    return address
