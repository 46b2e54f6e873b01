"""The promises on a ticket, read from its log: the one truth about every clock.

A line that lets clocks start says so under `promises`: for which turn, and for each
promise under which versions of a policy and a calendar and in how many seconds. All
that follows, pauses, another priority, the answer, the end, is read from the lines
that every change writes.

Lines are read in the order in which they were written, and tell when what they say
happened: what came to our ears late counts from when it was so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from webcare.domain.calendars import ALWAYS, Calendar
from webcare.domain.clocks import Aim, Course, Hold
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority, Promise, Verdict
from webcare.domain.policies import Definition, Terms, queue_terms

_MESSAGES = frozenset({"opened", "message_added", "reopened"})
_ANSWERS = frozenset({"reply_sent", "answered_elsewhere"})
_MOVES = frozenset({"merged", "unmerged"})
_WHERE = frozenset({"into", "target"})  # so it says of who went, not of who took it in
# After these it is as if the ticket had not been resolved.
_VOID = frozenset(
    {"undone", "reply_taken_back", "reply_refused", "reply_uncertain", "reply_held"}
)
# Messages that nobody has to answer.
_NO_QUESTIONS = frozenset({"closing_remark", "survey_answer"})
_ENDED = frozenset({Status.RESOLVED.value, Status.CLOSED.value})
# A start that the log does not tell.
NEVER = datetime.max.replace(tzinfo=UTC)


class Line(NamedTuple):
    """One line of a ticket's log, or (`of` another ticket) of where it was merged."""

    kind: str
    at: datetime  # when it happened
    data: Mapping[str, Any]
    of: int


class Pin(NamedTuple):
    """What held when a clock was started; later versions change nothing."""

    policy: int | None
    calendar: int | None
    seconds: int


class Versions(NamedTuple):
    """The versions that pins name, ready to be asked."""

    policies: Mapping[int, Definition]
    calendars: Mapping[int, Calendar]

    def terms(self, pin: Pin, promise: str, priority: str) -> Terms:
        policy = self.policies.get(pin.policy) if pin.policy else None
        target = policy.promises.get(promise) if policy else None
        if target is not None:
            return target.terms(promise, priority)
        return queue_terms(promise, pin.seconds, has_hours=pin.calendar is not None)

    def hours(self, pin: Pin, terms: Terms) -> Calendar:
        if pin.calendar is None or not terms.is_business:
            return ALWAYS
        return self.calendars[pin.calendar]


Key = tuple[str, int]  # a promise, and its turn's number: 0 for the whole ticket


class Told(NamedTuple):
    """A clock as the log tells it; without a course its turn is not in the log."""

    pin: Pin
    course: Course
    terms: Terms


@dataclass(slots=True)
class Turn:
    number: int
    started_at: datetime
    ended_at: datetime | None = None
    is_left: bool = False


@dataclass(slots=True)
class _Clock:
    promise: str
    turn: int
    pin: Pin
    aims: list[tuple[datetime, str]]  # since when which priority


@dataclass(slots=True)
class _Said:
    at: datetime
    waits: bool  # somebody has to answer it
    is_own: bool  # its turn is this ticket's


def tell(
    ticket: int,
    lines: Iterable[Line],
    versions: Versions,
    pins: Mapping[Key, Pin],
) -> dict[Key, Told]:
    """Return the clocks that `pins` names, in the order in which they were started.

    Its pins hold for those whose start the log does not tell. `versions` has to know
    the versions of these clocks, and of no others that the ticket has.
    """
    story = _Story(ticket)
    for line in lines:
        story.read(line)
    for key, pin in pins.items():
        story.pin(key, pin)
    return {
        key: story.told(clock, versions)
        for key, clock in story.clocks.items()
        if key in pins
    }


@dataclass(slots=True)
class _Story:
    ticket: int
    opened_at: datetime | None = None
    priority: str = Priority.NORMAL.value
    # Since when it has been what, in order; and what others are by now.
    statuses: list[tuple[datetime, str]] = field(default_factory=list)
    elsewhere: dict[int, str] = field(default_factory=dict)
    # Where it was merged, and where that was: it is worked on in the last.
    path: list[int] = field(default_factory=list)
    said: dict[int, _Said] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    clocks: dict[tuple[str, int], _Clock] = field(default_factory=dict)

    def read(self, line: Line) -> None:
        is_own = line.of == self.ticket
        if not is_own:
            self.elsewhere[line.of] = line.data.get("status", self._status_of(line.of))
        if line.kind in _MOVES and not line.data.keys().isdisjoint(_WHERE):
            self._moved(line)
        elif is_own or line.of in self.path[-1:]:
            self._talk(line)
            self._change(line)
            if is_own:
                self._promise(line)

    def _talk(self, line: Line) -> None:
        """What was said, and whether somebody waits for us since."""
        if line.kind in _MESSAGES and "message" in line.data:
            self._message(line)
        elif line.kind == "decided":
            self._decided(line)
        elif line.kind in _ANSWERS and not line.data.get("automatic"):
            self._answered(line)

    def _change(self, line: Line) -> None:
        """What became of the ticket."""
        if line.kind in _VOID:
            self._void(line)
        if line.kind == "reopened" and line.data.get("facts", {}).get("waits"):
            self._take_up(self.statuses[-1][0])
        if (status := line.data.get("status")) is not None:
            _set(self.statuses, line.at, status)
        if line.kind == "resolved":
            self._left(line)

    def told(self, clock: _Clock, versions: Versions) -> Told:
        terms = versions.terms(clock.pin, clock.promise, clock.aims[-1][1])
        started_at, stopped_at = self._ends(clock)
        course = Course(
            started_at,
            stopped_at,
            _aims(clock, versions),
            self._holds(clock, terms.pauses),
            versions.hours(clock.pin, terms),
        )
        return Told(clock.pin, course, terms)

    def pin(self, key: Key, pin: Pin) -> None:
        """Let a clock be there that no line starts."""
        since = self.statuses[0][0] if self.statuses else NEVER
        self.clocks.setdefault(key, _Clock(*key, pin, [(since, self.priority)]))

    def _ends(self, clock: _Clock) -> tuple[datetime, datetime | None]:
        """When it started and stopped."""
        if not clock.turn:
            began = self.statuses[0][0] if self.statuses else NEVER
            return self.opened_at or began, self._ended_at()
        if clock.turn > len(self.turns):
            return NEVER, None
        turn = self.turns[clock.turn - 1]
        return turn.started_at, turn.ended_at

    def _message(self, line: Line) -> None:
        waits = line.data.get("reason") not in _NO_QUESTIONS
        is_own = line.data.get("origin", line.of) == self.ticket
        self.said[line.data["message"]] = _Said(line.at, waits, is_own)
        if not waits:
            return
        if line.of == self.ticket and (
            self.opened_at is None or line.at < self.opened_at
        ):
            self.opened_at = line.at
        if is_own:
            self._wait(line.at)

    def _wait(self, at: datetime) -> None:
        if waiting := self._waiting():
            waiting.started_at = min(waiting.started_at, at)
        else:
            self.turns.append(Turn(len(self.turns) + 1, at))

    def _waiting(self) -> Turn | None:
        last = self.turns[-1] if self.turns else None
        return last if last and last.ended_at is None else None

    def _decided(self, line: Line) -> None:
        said = self.said.get(line.data["message"])
        if said is None or not said.is_own:
            return
        said.waits = line.data["verdict"] == Verdict.ANSWER
        if said.waits:
            if line.data.get("was") != Verdict.ANSWER:
                self._wait(said.at)
        elif waiting := self._waiting():
            rest = [
                one.at
                for one in self.said.values()
                if one.is_own and one.waits and one.at >= waiting.started_at
            ]
            if rest:
                waiting.started_at = min(rest)
            else:
                waiting.ended_at = max(line.at, waiting.started_at)
                waiting.is_left = True

    def _answered(self, line: Line) -> None:
        waiting = self._waiting()
        if waiting and line.data.get("message") and waiting.started_at <= line.at:
            waiting.ended_at = line.at

    def _left(self, line: Line) -> None:
        """Resolved, and nothing of ours was on its way out."""
        waiting = self._waiting()
        was = line.data.get("was")
        if waiting and isinstance(was, Mapping) and was.get("turns"):
            waiting.ended_at = max(line.at, waiting.started_at)
            waiting.is_left = True

    def _void(self, line: Line) -> None:
        if "status" not in line.data:
            return
        if self.statuses and self.statuses[-1][1] in _ENDED:
            ended_at = self.statuses.pop()[0]
            if line.kind == "undone":
                self._take_up(ended_at)

    def _take_up(self, ended_at: datetime) -> None:
        """Whoever was left without an answer by that ending waits on."""
        last = self.turns[-1] if self.turns else None
        if last and last.is_left and last.ended_at == max(ended_at, last.started_at):
            last.ended_at, last.is_left = None, False

    def _moved(self, line: Line) -> None:
        """It, or where it is, went into another ticket, or came out of it again."""
        way = [self.ticket, *self.path]
        if into := line.data.get("into"):
            if line.of == way[-1]:
                self.path.append(into)
                _set(self.statuses, line.at, self._status_of(into))
        elif line.of in way:
            self.path = way[1 : way.index(line.of) + 1]
            _set(self.statuses, line.at, line.data["status"])

    def _status_of(self, ticket: int) -> str:
        return self.elsewhere.get(ticket, Status.NEW.value)

    def _press(self, at: datetime, priority: str) -> None:
        if priority == self.priority:
            return
        self.priority = priority
        for clock in self.clocks.values():
            if self._ends(clock)[1] is None:
                clock.aims.append((at, priority))

    def _promise(self, line: Line) -> None:
        """How much it presses, and what is promised from here on."""
        if (priority := line.data.get("priority")) is not None:
            self._press(line.at, priority)
        if (given := line.data.get("promises")) is None:
            return
        for promise, pin in given["made"].items():
            turn = 0 if promise == Promise.RESOLUTION else given["turn"]
            clock = _Clock(promise, turn, Pin(*pin), [(line.at, self.priority)])
            self.clocks.setdefault((promise, turn), clock)

    def _ended_at(self) -> datetime | None:
        """When it was resolved, if it is."""
        found = None
        for at, status in reversed(self.statuses):
            if status not in _ENDED:
                break
            found = at
        return found

    def _holds(self, clock: _Clock, pauses: frozenset[str]) -> list[Hold]:
        """Parked; and of the promise to resolve, the time in which it was resolved."""
        counts_not = pauses if clock.turn else pauses | _ENDED
        holds: list[Hold] = []
        ends = [at for at, _ in self.statuses[1:]]
        for (since, status), until in zip(self.statuses, [*ends, None], strict=True):
            if status in counts_not and not (until is None and status in _ENDED):
                holds.append(Hold(since, until, _WHY.get(status, status)))
        return holds


_WHY = {Status.CLOSED.value: Status.RESOLVED.value}


def _aims(clock: _Clock, versions: Versions) -> list[Aim]:
    """Each priority's target, where that is another one than before."""
    aims: list[Aim] = []
    for since, priority in clock.aims:
        terms = versions.terms(clock.pin, clock.promise, priority)
        if not aims or (terms.seconds, terms.warns) != aims[-1][1:]:
            aims.append(Aim(since, terms.seconds, terms.warns))
    return aims


def _set(statuses: list[tuple[datetime, str]], at: datetime, status: str) -> None:
    """From `at` on it was this, whatever we thought until we heard of it."""
    while statuses and statuses[-1][0] >= at and len(statuses) > 1:
        statuses.pop()
    if statuses and statuses[-1][0] >= at:
        statuses[-1] = (at, status)
    elif not statuses or statuses[-1][1] != status:
        statuses.append((at, status))
