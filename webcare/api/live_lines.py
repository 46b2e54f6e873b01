"""Server-sent events as bytes on a line (HTML standard, 9.2)."""

import json
import socket
import time
from typing import Any

from webcare.api.conversation import event_out
from webcare.domain.outward import name_of
from webcare.queries.event_rows import without_queue
from webcare.queries.events import Logged, Place
from webcare.queries.live import Listener, Room, Views, moves

MOST_WAITING = 64 * 1024  # bytes not yet taken; then a stream is told nothing new
STALL_SECONDS = 60.0
# What counts of tickets depend on.
COUNTED = frozenset({"status", "queue", "agent", "priority", "topic"})


def encoded(name: str, data: Any, place: Place | None = None) -> bytes:
    """One event. JSON has no line breaks of its own, so no text can end it early."""
    said = f"event: {name}\ndata: {json.dumps(data)}\n\n"
    return (said if place is None else f"id: {written(place)}\n{said}").encode()


def written(place: Place) -> str:
    return f"{place.written_in}.{place.event}"


def heartbeat(place: Place) -> bytes:
    """A comment, and the place: a client that heard nothing resumes from here too."""
    return f": still here\nid: {written(place)}\n\n".encode()


class Stream:
    """One open stream: a socket that never blocks, who listens, how far they are.

    `framed` is whether the chunks of HTTP/1.1 are ours to write. A client that reads
    slowly is told nothing new until it has taken what waits: it only stays behind.
    """

    def __init__(
        self, line: socket.socket, listener: Listener, place: Place, *, framed: bool
    ) -> None:
        line.setblocking(False)
        self.line = line
        self.listener = listener
        self.place = place
        self.opened_at = self.moved_at = time.monotonic()
        self.counters_due = False
        self.knows_rooms = False
        self._framed = framed
        self._waiting = bytearray()

    @property
    def is_ended(self) -> bool:
        return self.line.fileno() < 0

    @property
    def has_room(self) -> bool:
        return len(self._waiting) < MOST_WAITING

    @property
    def is_waiting(self) -> bool:
        return bool(self._waiting)

    @property
    def is_stalled(self) -> bool:
        return self.is_waiting and time.monotonic() - self.moved_at > STALL_SECONDS

    def say(self, said: bytes) -> None:
        if not self._waiting:
            self.moved_at = time.monotonic()
        if self._framed:
            said = b"%x\r\n%b\r\n" % (len(said), said)
        self._waiting += said

    def flush(self) -> None:
        """Send what the client takes now. Raises OSError when it is gone."""
        while self._waiting:
            try:
                sent = self.line.send(self._waiting)
            except BlockingIOError:
                return
            del self._waiting[:sent]
            self.moved_at = time.monotonic()

    def hears_end(self) -> bool:
        """Whether the client hung up; what else it may say is not for us."""
        try:
            return not self.line.recv(4096)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def end(self, reason: str = "") -> None:
        """Say goodbye as far as it is heard, and hang up."""
        if reason:
            self.say(encoded("end", {"reason": reason}))
        if self._framed:
            self._waiting += b"0\r\n\r\n"
        try:
            self.flush()
            self.line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        finally:
            self.line.close()


class Said:
    """One line of the log in its two forms: for who sees it, and who lost sight."""

    def __init__(self, line: Logged) -> None:
        event = line.event
        place = Place(event.written_in, event.id)
        self._ticket = line.ticket
        self._line, self._place = event, place
        self._event = encoded(name_of(event.kind), event_out(event), place)
        self._gone = encoded("ticket.gone", {"ticket": str(event.ticket)}, place)
        self._moves = moves(line)
        self.changes_counts = not COUNTED.isdisjoint(event.data)

    def to(self, user: int, views: Views) -> bytes:
        if self._ticket in views.seen.get(user, ()):
            own = views.own.get(user)
            return self._event if own is None else self._without_queue(own)
        if self._moves and self._ticket in views.lost.get(user, ()):
            return self._gone
        return b""

    def _without_queue(self, own: frozenset[str]) -> bytes:
        event = without_queue(self._line, own)
        return encoded(name_of(event.kind), event_out(event), self._place)


def presence(room: Room) -> bytes:
    people = [
        {"id": str(one.id), "name": one.name, "doing": one.doing} for one in room.people
    ]
    return encoded("presence", {"ticket": str(room.ticket), "people": people})
