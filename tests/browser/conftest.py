"""A real browser, where there is one: Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
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
def page_of(chromium: Any, live_server: Any, client: Any) -> Iterator[Callable]:
    """A page in the browser of somebody who signed in; trouble on it fails the test."""
    troubles: list[str] = []
    contexts = []

    def open_(user: Any, **options: Any) -> Any:
        client.force_login(user)
        context = chromium.new_context(locale="en", **options)
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
    assert troubles == []
