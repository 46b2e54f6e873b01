"""A real browser, where there is one: Debian's Chromium, driven by Playwright."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from webcare.api import live

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 10  # that a request under way has to end
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("No Chromium here: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def page_of(chromium: Any, live_server: Any) -> Iterator[Callable]:
    """A page in the browser of somebody who signed in; trouble on it fails the test."""
    troubles: list[str] = []
    contexts = []

    def open_(user: Any, **options: Any) -> Any:
        client = Client()
        client.force_login(user)
        # Without motion: a page that is slow to come loses its transition, which
        # Chromium calls an error of the page.
        calm = {"locale": "en", "reduced_motion": "reduce"}
        context = chromium.new_context(**(calm | options))
        contexts.append(context)
        session = client.cookies["sessionid"].value
        context.add_cookies(
            [{"name": "sessionid", "value": session, "url": live_server.url}]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: troubles.append(said.text) if "Policy" in said.text else None,
        )
        page.goto(live_server.url)
        return page

    yield open_
    for context in contexts:
        context.close()
    _let_end()
    assert troubles == []


def _let_end() -> None:
    """What is under way ends before the tables are emptied; nothing new begins."""
    until = time.monotonic() + SECONDS
    while (left := _under_way()) and time.monotonic() < until:
        # A stream may have been asked for just before its page was closed.
        live.hub.stop()
        left[0].join(0.1)


def _under_way() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if "request_thread" in one.name]


@pytest.fixture
def in_dutch(live_server: Any, settings: Any) -> Callable[[Any], Any]:
    """Turns a page to Dutch, as the choice of a language does."""

    def turn(page: Any) -> Any:
        cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "nl"}
        page.context.add_cookies([cookie | {"url": live_server.url}])
        page.reload()
        return page

    return turn


@pytest.fixture
def at_rest() -> Callable:
    """Waits until a page asks for nothing; a stream, which never ends, is left out."""

    def rest(page: Any) -> None:
        quiet = """() => performance.getEntriesByType("resource").every(
            ({ responseEnd: end }) => end && performance.now() - end > 500)"""
        page.wait_for_load_state("load")
        page.wait_for_function(quiet)

    return rest
