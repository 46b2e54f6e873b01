"""How long after its commit something is on a page: inbox and ticket in Chromium.

Both are tabs of one browser, and share its stream. They and the commits are timed by
the same machine's clock; what was not seen at all counts as a whole gap.
"""

import json
import random
import time
from typing import Any

import psycopg

from bench.pages import browser, context_of

PAGES = {"inbox": "#rows", "ticket": "#timeline"}
GAP = 1.6  # seconds between two commits
AT_REST = 2_000  # ms after which a page has its stream
_SAY = """
    WITH said AS (
        UPDATE webcare_ticket SET excerpt = %(mark)s, version = version + 1
         WHERE id = %(ticket)s)
    INSERT INTO webcare_ticketevent (ticket_id, kind, effective_at, cause, data)
    VALUES (%(ticket)s, 'tagged', now(), 'bench', %(data)s)"""
_WATCH = """(place) => {
  window.seen = {};
  const see = () => {
    const marks = document.querySelector(place).textContent.match(/bench-\\d+\\b/g);
    (marks ?? []).forEach((mark) => { window.seen[mark] ??= Date.now() / 1000; });
  };
  new MutationObserver(see).observe(document.body,
    {childList: true, subtree: true, characterData: true});
}"""


def measure(
    port: int, desk: dict[str, Any], database: str, events: int
) -> dict[str, list[float]]:
    """Return page -> seconds from each commit; empty where there is no Chromium."""
    with browser() as opened:
        if opened is None:
            return {}
        url = f"http://127.0.0.1:{port}"
        context = context_of(opened, url, desk)
        pages = dict.fromkeys(PAGES)
        pages["inbox"] = inbox = context.new_page()
        inbox.goto(url)
        row = inbox.locator("#rows > li").first
        pages["ticket"] = context.new_page()
        pages["ticket"].goto(f"{url}/tickets/{row.get_attribute('data-id')}")
        for name, page in pages.items():
            page.evaluate(_WATCH, PAGES[name])
        inbox.wait_for_timeout(AT_REST)
        said = _say(database, int(row.get_attribute("data-key")), events)
        seen = {name: page.evaluate("window.seen") for name, page in pages.items()}
        context.close()
    return {
        name: [at.get(mark, when + GAP) - when for mark, when in said.items()]
        for name, at in seen.items()
    }


def _say(database: str, ticket: int, events: int) -> dict[str, float]:
    """Commit so many changes of a ticket; mark -> when."""
    said = {}
    with psycopg.connect(database, autocommit=True) as connection:
        for number in range(events):
            mark = f"bench-{number}"
            data = json.dumps({"tag": mark})
            connection.execute(_SAY, {"ticket": ticket, "mark": mark, "data": data})
            said[mark] = time.time()
            time.sleep(GAP * random.uniform(0.9, 1.1))
    return said
