"""Decide, for each message heard, whether it becomes work."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from conversations.models.bulk import fetch, insert
from webcare.actions.topics import danger_in
from webcare.domain import danger
from webcare.domain.engagement import Heard, decide
from webcare.domain.outcomes import Verdict
from webcare.domain.readings import Danger
from webcare.models import Decision


class Message(NamedTuple):
    """What the desk needs to know of a message heard."""

    id: int
    thread: int
    author: int | None
    channel: int
    channel_slug: str
    channel_mode: str
    direction: str
    in_reply_to: str
    addressed: bool
    history: bool
    deleted: bool
    text: str
    posted_at: datetime


class Engaged(NamedTuple):
    """A message that we answer, and the reason."""

    message: Message
    reason: str


class Spoken(NamedTuple):
    """What of a text speaks of danger: words that the desk gave, or its kind."""

    words: str
    intent: str

    @property
    def is_danger(self) -> bool:
        return bool(self.words or self.intent)


def heard(message_ids: Sequence[int]) -> list[Message]:
    """Return these messages in the order in which they were written."""
    rows = fetch(
        """SELECT m.id, m.thread_id, m.author_id, m.channel_id, c.slug, c.mode,
                  m.direction, m.in_reply_to, m.addressed, m.history,
                  m.deleted_at IS NOT NULL, m.text, m.posted_at
             FROM conversations_message m
             JOIN conversations_channel c ON c.id = m.channel_id
            WHERE m.id = ANY(%s) ORDER BY m.posted_at, m.id""",
        [list(message_ids)],
    )
    return [Message(*row) for row in rows]


def engage(messages: Sequence[Message]) -> list[Engaged]:
    """Write down one decision for each message, and return those we answer.

    A message that was decided before, by whomever, keeps its decision.
    """
    decided = {
        m.id: decide(Heard(m.channel_mode, m.addressed, m.history, m.deleted, *spoken))
        for m, spoken in zip(messages, dangers_in(messages), strict=True)
    }
    rows = [
        {"message": pk, "verdict": verdict.value, "reason": reason}
        for pk, (verdict, reason) in decided.items()
    ]
    made = insert(
        Decision, rows, conflict="ON CONFLICT DO NOTHING", returning="message_id"
    )
    fresh = {pk for [pk] in made}
    return [
        Engaged(m, decided[m.id][1])
        for m in messages
        if m.id in fresh and decided[m.id][0] == Verdict.ANSWER
    ]


def dangers_in(messages: Sequence[Message]) -> list[Spoken]:
    """Return what of each of these messages speaks of danger: one small statement."""
    words = danger_in([(m.text, m.channel_slug, m.author) for m in messages])
    reads = [danger.read_danger(m.text) for m in messages]
    return [
        Spoken(found, read.why if read.label == Danger.DANGER else "")
        for found, read in zip(words, reads, strict=True)
    ]
