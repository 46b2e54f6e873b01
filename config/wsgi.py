from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template import Engine
from django.template.loader import get_template
from django.urls import reverse
from django.utils import formats, translation
from django.utils.module_loading import import_string

application = get_wsgi_application()


def read_ahead() -> None:
    """Read what every process would, once for all of them: they are forked later."""
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


def _pages() -> Iterator[str]:
    """The names of our own pages and their parts."""
    folder = Path(apps.get_app_config("webcare").path) / "templates"
    return (str(path.relative_to(folder)) for path in sorted(folder.rglob("*.html")))


read_ahead()
