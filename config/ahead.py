"""What every process works out at its first requests, worked out once for all of them.

The web processes are forked later, and share what is there by then. Ciphers, and which
table refers to which, were nine megabytes that each had of its own.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.template import Engine
from django.template.loader import get_template
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import formats, translation
from django.utils.module_loading import import_string


def read_ahead() -> None:
    """Have words, pages, routes, tables and ciphers at hand, without any server."""
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("")
            reverse("inbox:ticket-list")
            formats.get_format("DATE_FORMAT")
    for name in (settings.MESSAGE_STORAGE, settings.SESSION_SERIALIZER):
        import_string(name)
    _ = Engine.get_default().template_context_processors
    for name in _pages():
        get_template(name)
    _read_routes(get_resolver().url_patterns)
    _read_tables()
    box = import_string("conversations.models.sealed.SealedField")()
    box.from_db_value(box.get_prep_value("ciphers are fetched by the first use"))


def _pages() -> Iterator[str]:
    """The names of our own pages and their parts."""
    folder = Path(apps.get_app_config("webcare").path) / "templates"
    return (str(path.relative_to(folder)) for path in sorted(folder.rglob("*.html")))


def _read_routes(routes: Sequence[URLPattern | URLResolver]) -> None:
    for route in routes:
        _ = route.pattern.regex
        if isinstance(route, URLResolver):
            _read_routes(route.url_patterns)


def _read_tables() -> None:
    """Which tables refer to which, and how values travel; connects to nothing."""
    connection.get_connection_params()
    for model in apps.get_models():
        _ = model._meta.fields_map
        str(model._base_manager.filter(pk__isnull=False).query)
