"""Parts of a page: what looks the same is drawn once.

A list is shown anew at every piece of news, and of its fifty rows one has changed.
"""

from collections.abc import Hashable
from functools import lru_cache

from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

KEPT = 500  # parts in a process: some 4 kB each


def drawn(part: str, **given: Hashable) -> SafeString:
    """Return the template `part`, which knows nothing but what it is given.

    Where the same is given again in the same language, nothing is drawn.
    """
    return _drawn(part, get_language(), tuple(given.items()))


@lru_cache(maxsize=KEPT)
def _drawn(
    part: str, language: str | None, given: tuple[tuple[str, Hashable], ...]
) -> SafeString:
    template = get_template(part).template  # type: ignore[attr-defined]
    return template.render(Context(dict(given)))  # type: ignore[no-any-return]
