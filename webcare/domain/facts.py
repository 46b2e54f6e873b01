"""Turns and endings, made from the log alone: what figures are of, a second time.

The log is read in the order in which it was written. Each line that begins, moves, ends
or takes up a turn, or ends a ticket, says so; everything else about a fact is what the
lines before it say of its ticket.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from webcare.domain.history import FACTS, State
from webcare.domain.lifecycle import LIVE, Status

_BEGINS = frozenset({"opened", "message_added", "reopened"})
_ANSWERS = frozenset({"reply_sent", "answered_elsewhere"})
# What takes a resolution back, rather than reopening the ticket.
_UNDOES = frozenset(
    {"undone", "reply_taken_back", "reply_refused", "reply_uncertain", "reply_held"}
)


class Line(NamedTuple):
    """A line of the log, with what its message and its answer are known by."""

    ticket: int
    kind: str
    effective_at: datetime
    recorded_at: datetime
    actor: int | None
    data: Mapping[str, Any]
    home: int  # the ticket by which its message came in
    channel: int  # of its message, else of its ticket
    writer: int | None  # who wrote the answer that was sent

    @property
    def facts(self) -> Mapping[str, Any]:
        facts: Mapping[str, Any] = self.data.get("facts", {})
        return facts

    @property
    def is_told(self) -> bool:
        """Whether it says what facts need; those before they were kept do not."""
        needs = self.data.get("status") == Status.RESOLVED or (
            self.kind in _ANSWERS and self.data.get("message") is not None
        )
        return not needs or "facts" in self.data


@dataclass(slots=True)
class TurnFact:
    """A turn, by its ticket and number; see models/turns.py."""

    ticket: int
    number: int
    started_at: datetime
    start_known_at: datetime
    known_from: datetime
    first_message: int | None
    channel: int
    outcome: str = "waiting"
    ended_at: datetime | None = None
    end_known_at: datetime | None = None
    answer: int | None = None
    answered_by: int | None = None
    acknowledged_at: datetime | None = None
    acknowledged_known_at: datetime | None = None
    acknowledged_calendar: int | None = None
    calendar_seconds: int | None = None
    calendar_version: int | None = None
    queue: int | None = None
    topic: int | None = None
    priority: str = "normal"
    language: str = ""


@dataclass(slots=True)
class EndingFact:
    """One time that a ticket was resolved; see models/endings.py."""

    ticket: int
    number: int
    opened_at: datetime
    at: datetime
    known_at: datetime
    outcome: str
    reason: str
    calendar_seconds: int
    calendar_version: int | None
    by: int | None
    agent: int | None
    queue: int | None
    topic: int | None
    channel: int
    priority: str
    language: str
    reopened_at: datetime | None = None
    reopened_known_at: datetime | None = None
    undone_at: datetime | None = None

    @property
    def stands(self) -> bool:
        return self.reopened_at is None and self.undone_at is None


@dataclass(slots=True)
class Facts:
    """All that is known of tickets that were merged or split, and so belong together.

    `channels` maps each ticket to its own channel.
    """

    channels: Mapping[int, int]
    turns: dict[tuple[int, int], TurnFact] = field(default_factory=dict)
    endings: dict[int, list[EndingFact]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _states: dict[int, State] = field(default_factory=lambda: defaultdict(State))
    _waiting: dict[int, TurnFact] = field(default_factory=dict)
    # What was left with the newest resolution of a ticket, to be taken up again.
    _left: dict[int, list[TurnFact]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, line: Line) -> None:
        message = line.data.get("message")
        if line.kind in _BEGINS and message and "edition" not in line.data:
            self._say(line.home, line.effective_at, message, line)
        elif line.kind in _ANSWERS and message:
            self._answer(line, message)
        elif line.kind == "decided":
            self._decide(line)
        if line.data.get("status") == Status.RESOLVED:
            self._resolve(line)
        elif line.data.get("status") in LIVE:
            self._come_back(line)
        told = {name: line.data[name] for name in FACTS if name in line.data}
        if told:
            self._states[line.ticket] = replace(self._states[line.ticket], **told)

    def _say(self, home: int, at: datetime, message: int, line: Line) -> None:
        turn = self._waiting.get(home)
        if turn is None:
            number = 1 + max((n for t, n in self.turns if t == home), default=0)
            known = line.recorded_at
            turn = TurnFact(home, number, at, known, known, message, line.channel)
            self.turns[home, number] = self._waiting[home] = turn
        elif at < turn.started_at:
            self._move(turn, at, message, line)

    def _move(
        self, turn: TurnFact, at: datetime, message: int | None, line: Line
    ) -> None:
        turn.first_message = message
        if at != turn.started_at:
            turn.started_at = at
            turn.start_known_at = turn.known_from = line.recorded_at

    def _answer(self, line: Line, message: int) -> None:
        for turn in self._end(line, "answered"):
            turn.answer, turn.answered_by = message, line.writer
        # Lines from before open hours were counted of these name no calendar.
        for ticket, number, *calendar in line.facts.get("acknowledged", []):
            turn = self.turns[ticket, number]
            turn.acknowledged_calendar = calendar[0] if calendar else None
            turn.acknowledged_at = line.effective_at
            turn.acknowledged_known_at = line.recorded_at
        if line.writer:
            self._sign(line, message)

    def _sign(self, line: Line, message: int) -> None:
        """The platform told us of our own post before it took it from us."""
        for turn in self.turns.values():
            if turn.answer == message and turn.answered_by is None:
                turn.answered_by, turn.known_from = line.writer, line.recorded_at

    def _end(self, line: Line, outcome: str) -> list[TurnFact]:
        ended = []
        for ticket, number, language, calendar in line.facts.get("turns", []):
            turn = self.turns[ticket, number]
            turn.outcome = outcome
            turn.ended_at = max(line.effective_at, turn.started_at)
            turn.end_known_at = line.recorded_at
            turn.calendar_seconds = _seconds(turn.started_at, turn.ended_at)
            turn.language, turn.calendar_version = language, calendar
            state = self._states[ticket]
            turn.queue, turn.topic = state.queue, state.topic
            turn.priority = state.priority
            self._waiting.pop(ticket, None)
            ended.append(turn)
        return ended

    def _decide(self, line: Line) -> None:
        facts, message = line.facts, line.data["message"]
        if "since" in facts:
            at = datetime.fromisoformat(facts["since"])
            self._say(facts["of"], at, message, line)
        for ticket, number, since, first in facts.get("moved", []):
            turn = self.turns[ticket, number]
            self._move(turn, datetime.fromisoformat(since), first, line)
        self._end(line, "left")

    def _resolve(self, line: Line) -> None:
        facts, state = line.facts, self._states[line.ticket]
        self._left[line.ticket] = self._end(line, "left")
        endings = self.endings[line.ticket]
        if endings and endings[-1].stands:
            endings.pop()
        opened_at = datetime.fromisoformat(facts["opened_at"])
        endings.append(
            EndingFact(
                ticket=line.ticket,
                number=1 + sum(one.undone_at is None for one in endings),
                opened_at=opened_at,
                at=line.effective_at,
                known_at=line.recorded_at,
                outcome=line.data.get("outcome", "answered"),
                reason=line.data.get("reason", ""),
                calendar_seconds=_seconds(opened_at, line.effective_at),
                calendar_version=facts["calendar"],
                by=line.actor,
                agent=state.agent,
                queue=state.queue,
                topic=state.topic,
                channel=self.channels[line.ticket],
                priority=state.priority,
                language=facts["language"],
            )
        )

    def _come_back(self, line: Line) -> None:
        endings = self.endings.get(line.ticket)
        if not endings or not endings[-1].stands:
            return
        if line.kind in _UNDOES:
            endings[-1].undone_at = line.recorded_at
        else:
            endings[-1].reopened_at = max(endings[-1].at, line.effective_at)
            endings[-1].reopened_known_at = line.recorded_at
        if line.kind == "undone" or line.facts.get("waits"):
            self._take_up(self._left.pop(line.ticket, []), line)

    def _take_up(self, turns: Iterable[TurnFact], line: Line) -> None:
        for turn in turns:
            is_last = (turn.ticket, turn.number + 1) not in self.turns
            if turn.outcome == "left" and is_last:
                turn.outcome, turn.known_from = "waiting", line.recorded_at
                turn.ended_at = turn.end_known_at = turn.calendar_seconds = None
                turn.queue = turn.topic = turn.calendar_version = None
                turn.priority, turn.language = "normal", ""
                self._waiting[turn.ticket] = turn


def facts_of(channels: Mapping[int, int], lines: Iterable[Line]) -> Facts | None:
    """Return what these lines, in the order they were written, say of their tickets.

    None when one of them is older than the facts, and does not say enough.
    """
    facts = Facts(channels)
    for line in lines:
        if not line.is_told:
            return None
        facts.learn(line)
    return facts


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, (end - start) // timedelta(seconds=1))
