"""The agents of the demo: they answer through the API, and leave work for a visitor."""

import json
import random
import re
import time
from collections.abc import Mapping
from typing import Any

import structlog
import urllib3

from demo import day

log = structlog.get_logger(__name__)

Ticket = Mapping[str, Any]

LEFT_FOR_VISITORS = 15  # waiting tickets that an agent sees and lets lie
_THANKS = re.compile(r"\b(dank|bedankt|thanks?|cheers|merci)", re.IGNORECASE)


class Agents:
    """People with a key each, of whom everyone has one ticket in hand at most.

    `reading` are the fewest and the most seconds between two things they do.
    """

    def __init__(
        self,
        url: str,
        keys: Mapping[str, str],
        *,
        reading: tuple[float, float] = (4.0, 12.0),
    ) -> None:
        pool = urllib3.PoolManager(timeout=10.0, retries=False)
        api = f"{url}/api/v1"
        self._agents = [Agent(api, key, pool, reading) for key in keys.values()]

    def live(self) -> None:
        """Let everyone whose time has come take up or answer a ticket."""
        now = time.monotonic()
        for agent in self._agents:
            if agent.acts_at <= now:
                agent.act()


class Agent:
    """One agent: takes up a ticket, reads for a while, answers it, and so on."""

    def __init__(
        self,
        api: str,
        key: str,
        pool: urllib3.PoolManager,
        reading: tuple[float, float],
    ) -> None:
        self._api = api
        self._key = key
        self._pool = pool
        self._reading = reading
        self._chance = random.Random(key)  # noqa: S311
        self._in_hand: Ticket | None = None
        self._pause()

    def act(self) -> None:
        """Answer what is in hand, or take up the next ticket."""
        self._pause()
        if self._in_hand is None:
            self._in_hand = self._take_up()
        else:
            self._answer(self._in_hand)
            self._in_hand = None

    def _pause(self) -> None:
        self.acts_at = time.monotonic() + self._chance.uniform(*self._reading)

    def _take_up(self) -> Ticket | None:
        waiting = self._waiting()
        if not waiting:
            return None
        urgent = [one for one in waiting if one["is_danger"]]
        if not urgent and len(waiting) <= LEFT_FOR_VISITORS:
            return None
        # Nobody always takes the very oldest one.
        ticket = self._chance.choice(urgent[:1] or waiting[:8])
        return ticket if self._post(ticket, "claim", {}) else None

    def _waiting(self) -> list[Ticket]:
        """Unanswered tickets that are this agent's or nobody's, the oldest first."""
        found: list[Ticket] = []
        for whose in ("me", "none"):
            asked = f"status=new,open&agent={whose}&order=waiting&limit=100"
            page = self._call("GET", f"/tickets?{asked}")
            found += page["results"] if page else []
        return [ticket for ticket in found if ticket["waiting_since"]]

    def _answer(self, ticket: Ticket) -> None:
        topic = (ticket["topic"] or {}).get("slug", "")
        channel = ticket["channel"]["slug"]
        if outcome := outcome_without_answer(channel, topic, ticket["excerpt"]):
            self._post(ticket, "resolve", {"outcome": outcome})
            return
        language = "en" if ticket["language"] == "en" else "nl"
        then = "resolved" if self._chance.random() < 0.7 else "pending"
        given = {"text": day.answer_to(topic, language), "then": then}
        self._post(ticket, "reply", given)

    def _post(self, ticket: Ticket, action: str, given: dict[str, str]) -> bool:
        answer = self._call("POST", f"/tickets/{ticket['id']}/{action}", given)
        return answer is not None

    def _call(
        self, method: str, path: str, given: dict[str, str] | None = None
    ) -> Any | None:
        """The answer of the desk; None where it refused, or is away.

        A refusal is nothing strange: a visitor was faster, or the customer took back
        what they said.
        """
        headers = {
            "Authorization": f"Bearer {self._key}",
            "Content-Type": "application/json",
        }
        body = json.dumps(given).encode() if given is not None else None
        try:
            answer = self._pool.request(
                method, self._api + path, body=body, headers=headers, redirect=False
            )
            if answer.status >= 400:
                log.info("agent refused", path=path, status=answer.status)
                return None
            return json.loads(answer.data or b"{}")
        except (urllib3.exceptions.HTTPError, ValueError):
            return None


def outcome_without_answer(channel: str, topic: str, text: str) -> str | None:
    """How a ticket ends that nobody has to answer: spam, or a short thank-you.

    Or can: danger that was heard where the desk only listens goes to those who act.
    """
    if channel in day.only_heard():
        return "passed_on"
    if topic == "spam":
        return "spam"
    is_thanks = len(text) < 120 and "?" not in text and _THANKS.search(text)
    return "no_answer_needed" if is_thanks else None
