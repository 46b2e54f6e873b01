"""`python -m bench.pages`: what a browser makes of the pages people live in.

Chromium's own figures of a first visit, with nothing kept from before: bytes over the
wire, the largest contentful paint (w3.org/TR/largest-contentful-paint), the layout
shift (w3.org/TR/layout-instability), and how long a key takes until its paint
(w3.org/TR/event-timing). A warm visit follows, in which the browser has the files.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench import services
from bench.cells import Site, site
from bench.report import Bar, table

PAGES = {"inbox": "/", "ticket": "/tickets/{ticket}", "board": "/board"}
KEYS = ("j", "j", "k", "?", "Escape")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
AT_REST = 1_500  # ms after which a page has painted what it will
BARS = {
    "kB": Bar(150, False),
    "painted ms": Bar(1_000, False),
    "shifted": Bar(0.02, False),
    "key ms": Bar(100, False),
}
_WATCH = """
window.bench = {painted: 0, shifted: 0, key: 0};
const watch = (type, see, more) => new PerformanceObserver(
  (list) => list.getEntries().forEach(see)).observe({type, buffered: true, ...more});
watch("largest-contentful-paint", (one) => { bench.painted = one.startTime; });
watch("layout-shift", (one) => {
  bench.shifted += one.hadRecentInput ? 0 : one.value; });
watch("event", (one) => { bench.key = Math.max(bench.key, one.duration); },
      {durationThreshold: 16});
"""

Figures = dict[str, float]


def measure(site: Site) -> dict[str, dict[str, Figures]]:
    """Return page -> visit ("first", "warm") -> figures by the names in `BARS`; empty
    where there is no Chromium."""
    found: dict[str, dict[str, Figures]] = {}
    with browser() as opened:
        for name, path in PAGES.items() if opened else ():
            url = f"http://127.0.0.1:{site.servers['ours'].port}"
            context = context_of(opened, url, site.desk)
            address = url + path.format(ticket=site.desk["tickets"][0][0])
            found[name] = {one: _visit(context, address) for one in ("first", "warm")}
            context.close()
    return found


def show(found: dict[str, dict[str, Figures]]) -> None:
    """Print the table; ✓ and ✗ compare with the bars."""
    print("\nIn a browser" + ("" if found else ": there is no Chromium here"))
    rows = [
        (page, visit, *(f"{figures[name]:,} {_judged(name, figures)}" for name in BARS))
        for page, visits in found.items()
        for visit, figures in visits.items()
    ]
    if rows:
        print(table(("", "visit", *BARS), rows))


def _judged(name: str, figures: Figures) -> str:
    return BARS[name].judge(figures[name])


@contextmanager
def browser() -> Iterator[Any]:
    """Chromium until the block ends; None where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=list(QUIET))
        yield opened
        opened.close()


def context_of(opened: Any, url: str, desk: dict[str, Any]) -> Any:
    """A browser's window of somebody who signed in."""
    context = opened.new_context(viewport={"width": 1280, "height": 900})
    key, _, session = desk["cookie"].partition("=")
    context.add_cookies([{"name": key, "value": session, "url": url}])
    return context


def _visit(context: Any, address: str) -> Figures:
    page = context.new_page()
    weighed: list[float] = []
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    done = "Network.loadingFinished"
    wire.on(done, lambda one: weighed.append(one["encodedDataLength"]))
    page.add_init_script(_WATCH)
    answer = page.goto(address, wait_until="load")
    if not answer.ok:
        sys.exit(f"{address} answered {answer.status}.")
    page.wait_for_timeout(AT_REST)
    # A key hides the paint from the observer: it is read before.
    seen = page.evaluate("({...bench})")
    for key in KEYS:
        page.keyboard.press(key)
        page.wait_for_timeout(200)
    seen["key"] = page.evaluate("bench.key")
    page.close()
    return {
        "kB": round(sum(weighed) / 1000, 1),
        "painted ms": round(seen["painted"]),
        "shifted": round(seen["shifted"], 4),
        "key ms": round(seen["key"]),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    tickets = parser.parse_args().tickets
    services.provide()
    services.collect_static()
    with site(tickets) as one:
        found = measure(one)
        show(found)
        print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
