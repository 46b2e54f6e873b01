"""The customers of the demo: they speak, and react to what we answer."""

import random
import sqlite3
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from conversations.replay import Address, Intake, ReplayStopped
from demo import day
from demo.ledger import Post, posts_in
from demo.rhythm import Cue

log = structlog.get_logger(__name__)

THANKS, QUESTION = 0.45, 0.15  # shares of our answers that get one


class Customers:
    """People on the platforms; `secrets` maps a channel's slug to its secret.

    They read what we posted in `ledger`, and think for a while before they react:
    `thinking` are the fewest and the most seconds.
    """

    def __init__(
        self,
        url: str,
        secrets: Mapping[str, str],
        cues: Iterator[Cue],
        ledger: Path,
        *,
        thinking: tuple[float, float] = (5.0, 40.0),
    ) -> None:
        self._thinking = thinking
        self._cues = cues
        self._ledger = ledger
        self._intakes = {
            slug: Intake(Address(url, slug, secret=secret), patience=60)
            for slug, secret in secrets.items()
        }
        self._next = next(cues)
        self._speaks_at = time.monotonic() + self._next.wait
        self._answers_read = len(self._posts())
        self._reactions: list[tuple[float, str, dict[str, Any]]] = []

    def live(self) -> None:
        """Say what is due by now."""
        now = time.monotonic()
        while self._speaks_at <= now:
            self._say(
                self._next.said.channel,
                self._next.said.item(self._next.day, datetime.now(UTC)),
            )
            self._next = next(self._cues)
            self._speaks_at += self._next.wait
        self._read_answers(now)
        self._react(now)

    def _say(self, channel: str, item: dict[str, Any]) -> None:
        """Send one message; one that the desk was away for is never said."""
        try:
            self._intakes[channel].send([item])
        except ReplayStopped as error:
            log.warning("not heard", channel=channel, why=str(error))
            self._speaks_at = time.monotonic()

    def _read_answers(self, now: float) -> None:
        posts = self._posts()
        for post in posts[self._answers_read :]:
            if reaction := reaction_to(post):
                wait = random.uniform(*self._thinking)  # noqa: S311
                self._reactions.append((now + wait, *reaction))
        self._answers_read = len(posts)

    def _react(self, now: float) -> None:
        due = [one for one in self._reactions if one[0] <= now]
        self._reactions = [one for one in self._reactions if one[0] > now]
        for _, channel, item in due:
            written = {"posted_at": datetime.now(UTC).isoformat()}
            self._say(channel, item | written)

    def _posts(self) -> list[Post]:
        try:
            return posts_in(self._ledger)
        except sqlite3.OperationalError:
            # The platform is only just starting.
            return []


def reaction_to(post: Post) -> tuple[str, dict[str, Any]] | None:
    """What the customer says to our `post`, and where; None when they say nothing.

    Only the first answer gets a reaction: nobody thanks for a "you're welcome". The
    same post always gets the same one.
    """
    said = day.said_by_id(post.in_reply_to or "")
    chance = random.Random(post.delivery_id)  # noqa: S311
    mood = chance.random()
    if said is None or mood > THANKS + QUESTION:
        return None
    kind = "thanks" if mood < THANKS else "question"
    return said.channel, {
        "external_id": f"{post.external_id}-reaction",
        "author": said.message["author"],
        "text": chance.choice(day.words("reactions")[said.language][kind]),
        "in_reply_to": post.external_id,
        "visibility": post.visibility,
    }
