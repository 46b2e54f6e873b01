"""One day of Kabelwijk, a grid operator of our own invention, message by message."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
LENGTH = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the day. `at` is in seconds since midnight where the desk is.

    `topic` is what a person would say it is about, "" where it is about nothing or
    goes on about something; it is not sent.
    """

    at: int
    channel: str
    topic: str
    language: str
    message: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.message["external_id"])

    @property
    def needs(self) -> str | None:
        """The id of the message that has to be there before this one."""
        if self.message.get("edited") or self.message.get("deleted"):
            return self.id
        parent: str | None = self.message.get("in_reply_to")
        return parent

    def item(self, day: str, posted_at: datetime) -> dict[str, Any]:
        """This message as the intake takes it, on the day that is called `day`."""
        written = posted_at.astimezone(UTC).isoformat()
        item = dict(self.message) | {"posted_at": written}
        for field in ("external_id", "in_reply_to", "thread"):
            if field in item:
                item[field] = f"{day}-{item[field]}"
        if item.pop("edited", False):
            item["edited_at"] = written
        return item


@cache
def day() -> tuple[Said, ...]:
    """Every message of the day, in order."""
    return tuple(
        Said(
            at=line["at"],
            channel=line["channel"],
            topic=line["topic"] or "",
            language=line["lang"],
            message=line["message"],
        )
        for line in _lines("messages.jsonl")
    )


@cache
def examples() -> tuple[tuple[str, str], ...]:
    """Texts that teach the topics: (topic, text); none is a message of the day."""
    return tuple((line["topic"], line["text"]) for line in _lines("examples.jsonl"))


@cache
def words(name: str) -> Any:
    """Other data of the demo: "organisation", "answers" or "reactions"."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


@cache
def only_heard() -> frozenset[str]:
    """The channels on which the desk only listens."""
    channels = words("organisation")["channels"]
    return frozenset(one["slug"] for one in channels if one["mode"] == "listening")


def said_by_id(external_id: str) -> Said | None:
    """The message of the day behind an id that was sent, whatever the day."""
    return _by_id().get(external_id.rpartition("-")[2])


def answer_to(topic: str, language: str) -> str:
    """What a friendly agent says about a topic; something general where it is ""."""
    answers = words("answers")
    return str(answers.get(topic, answers[""])[language])


@cache
def _by_id() -> dict[str, Said]:
    # An edit has the id of its original, which comes first.
    return {said.id: said for said in reversed(day())}


def _lines(name: str) -> list[dict[str, Any]]:
    text = (DATA / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
