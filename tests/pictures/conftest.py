"""A camera on the demo desk, for `make pictures`: no test that always runs."""

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from config import embedded
from demo.organisation import VISITOR, make_demo
from tests.browser import conftest as browser
from webcare.models import User

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
SIZES = {
    "desk": {"width": 1360, "height": 850},
    "phone": {"width": 390, "height": 844},
}
chromium = browser.chromium


@pytest.fixture
def demo(transactional_db: None) -> User:
    """The demo desk; returns its visitor, who may do everything."""
    make_demo()
    return User.objects.get(username=VISITOR)


@pytest.fixture
def folder() -> Path:
    made = embedded.var() / "pictures"
    made.mkdir(parents=True, exist_ok=True)
    return made


@pytest.fixture
def window(chromium: Any, live_server: Any, settings: Any) -> Iterator[Callable]:
    """Opens a window of somebody, as they like it: language, theme and size."""
    settings.DESK_LABEL = "Demo"
    contexts = []

    def open_(user: Any, language: str, theme: str, size: str = "desk") -> Any:
        client = Client()
        client.force_login(user)
        kept = {
            "sessionid": client.cookies["sessionid"].value,
            settings.LANGUAGE_COOKIE_NAME: language,
            "theme": theme,
        }
        context = chromium.new_context(
            viewport=SIZES[size], reduced_motion="reduce", base_url=live_server.url
        )
        contexts.append(context)
        context.add_cookies(
            [{"name": n, "value": v, "url": live_server.url} for n, v in kept.items()]
        )
        return context.new_page()

    yield open_
    for context in contexts:
        context.close()
    browser._let_end()


@pytest.fixture
def shoot(folder: Path) -> Callable[[Any, str], None]:
    """Keeps what a window shows under a name, small enough for a README."""

    def keep(page: Any, name: str) -> None:
        line = page.context.new_cdp_session(page)
        asked = {"format": "webp", "quality": 82, "optimizeForSpeed": False}
        shown = line.send("Page.captureScreenshot", asked)["data"]
        (folder / f"{name}.webp").write_bytes(base64.b64decode(shown))
        if os.environ.get("PICTURES_PNG"):
            page.screenshot(path=folder / f"{name}.png")

    return keep
