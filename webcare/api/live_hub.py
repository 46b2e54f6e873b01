"""One thread of a web process serves all live streams of that process.

It looks at the log three times a second, once for all streams that stand at the same
place, and asks for all their people at once what they may see. Streams cost a socket
each: no thread, no connection to the database. Without Redis nothing changes.
"""

import selectors
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock, Thread

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from webcare.api.live_lines import Said, Stream, encoded, heartbeat, presence
from webcare.queries.events import Logged, Place, log_after, settled_now
from webcare.queries.live import (
    Room,
    rooms,
    seen_rooms,
    still_welcome,
    views_of,
)
from webcare.queries.notifications import newest_unread

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.25
ROOMS_SECONDS = 1.0  # between looks at who has which ticket before them
UNREAD_SECONDS = 1.0  # between looks at what people were told
COUNTERS_SECONDS = 2.0  # between hints that counts have changed
HEARTBEAT_SECONDS = 12.0
RECHECK_SECONDS = 20.0
BATCH = 200
STOP_SECONDS = 2.0

# The only texts of an end: nothing of an error's own words goes out.
SIGNED_OUT, RECONNECT = "signed_out", "reconnect"


class Every:
    """Something that is due again after so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return max(0.0, self._next - time.monotonic())

    def is_due(self) -> bool:
        if self.left:
            return False
        self._next = time.monotonic() + self._seconds
        return True


class Hub:
    """The streams of this process, and the thread that serves them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._arriving: list[Stream] = []
        self._streams: dict[int, Stream] = {}
        self._thread: Thread | None = None
        self._bell: tuple[socket.socket, ...] = ()
        self._stopping = False
        self._rooms: dict[int, Room] = {}
        self._unread: dict[int, tuple[int, ...]] = {}

    def open(self, stream: Stream) -> None:
        """Serve `stream` from now on; the first one starts the thread."""
        with self._lock:
            self._arriving.append(stream)
            if self._thread is None:
                self._start()
        self._ring()

    def count(self, user: int) -> tuple[int, int]:
        """Return how many streams are open here, and how many of this user."""
        with self._lock:
            everybody = [*self._arriving, *self._streams.values()]
        return len(everybody), sum(one.listener.user == user for one in everybody)

    def stop(self) -> None:
        """End all streams, and wait until they are ended."""
        self._stopping = True
        self._ring()
        if thread := self._thread:
            thread.join(STOP_SECONDS)

    def _start(self) -> None:
        """In the process that serves: a thread does not survive a fork."""
        self._stopping = False
        self._bell = socket.socketpair()
        for end in self._bell:
            end.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._bell[0], selectors.EVENT_READ, None)
        self._thread = Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    def _ring(self) -> None:
        with self._lock, suppress(OSError):  # a full one rings already
            for end in self._bell[1:]:
                end.send(b"!")

    def _run(self) -> None:
        try:
            self._serve()
        except Exception:
            log.exception("live streams broke off")
            raise
        finally:
            self._close()

    def _serve(self) -> None:
        clocks = {
            self._look: Every(POLL_SECONDS),
            self._look_at_rooms: Every(ROOMS_SECONDS),
            self._look_at_unread: Every(UNREAD_SECONDS),
            self._hint: Every(COUNTERS_SECONDS),
            self._beat: Every(HEARTBEAT_SECONDS),
            self._recheck: Every(RECHECK_SECONDS),
        }
        while not self._stopping:
            self._wait(min(clock.left for clock in clocks.values()))
            self._admit()
            for job, clock in clocks.items():
                if clock.is_due() and self._streams:
                    self._do(job)

    def _close(self) -> None:
        """Whoever listens reconnects, to another process or to the next thread."""
        self._admit()
        for stream in [*self._streams.values()]:
            self._end(stream, RECONNECT)
        connection.close()
        with self._lock:
            self._selector.close()
            for end in self._bell:
                end.close()
            self._bell, self._thread = (), None

    def _wait(self, seconds: float) -> None:
        """Until there is something to read, to send, or to look for."""
        for key, events in self._selector.select(seconds if self._streams else None):
            stream: Stream | None = key.data
            if stream is None:
                key.fileobj.recv(4096)  # type: ignore[union-attr]
            elif events & selectors.EVENT_READ and stream.hears_end():
                self._end(stream)
            elif events & selectors.EVENT_WRITE:
                self._flush(stream)

    def _admit(self) -> None:
        with self._lock:
            for stream in self._arriving:
                self._streams[stream.line.fileno()] = stream
                self._selector.register(stream.line, selectors.EVENT_READ, stream)
            self._arriving.clear()

    def _do(self, job: Callable[[], None]) -> None:
        """A database that is away ends no stream: all stand where they stood."""
        try:
            job()
        except DatabaseError as error:
            log.warning("live streams wait", error=type(error).__name__)
            connection.close()

    def _look(self) -> None:
        """Tell what was committed since the last look."""
        settled = settled_now()
        places: defaultdict[Place, list[Stream]] = defaultdict(list)
        for stream in self._streams.values():
            if stream.has_room and stream.place < Place(settled, 0):
                places[stream.place].append(stream)
        for place, group in places.items():
            lines, reached = log_after(place, settled, BATCH)
            if lines:
                self._tell(self._welcome(group), lines)
            for stream in group:
                stream.place = reached

    def _tell(self, group: Sequence[Stream], lines: Sequence[Logged]) -> None:
        views = views_of({one.listener.user for one in group}, lines)
        said = [Said(line) for line in lines]
        for stream in group:
            for one in said:
                if text := one.to(stream.listener.user, views):
                    stream.say(text)
                    stream.counters_due |= one.changes_counts
            self._flush(stream)

    def _look_at_rooms(self) -> None:
        """Tell who came to a ticket, left it, or began to type; all to a new stream."""
        now, before = rooms(), self._rooms
        self._rooms = now
        changed = {
            pk for pk in now.keys() | before.keys() if now.get(pk) != before.get(pk)
        }
        groups = [
            (changed, [one for one in self._streams.values() if one.knows_rooms]),
            (set(now), [one for one in self._streams.values() if not one.knows_rooms]),
        ]
        for tickets, group in groups:
            if tickets and group:
                self._tell_rooms(self._welcome(group), tickets, before)
        for stream in self._streams.values():
            stream.knows_rooms = True

    def _tell_rooms(
        self, group: Sequence[Stream], tickets: set[int], before: dict[int, Room]
    ) -> None:
        seen = seen_rooms({one.listener.user for one in group}, tickets)
        said = {
            pk: presence(self._rooms.get(pk) or before[pk]._replace(people=()))
            for pk in sorted(tickets)
        }
        for stream in group:
            mine = seen.get(stream.listener.user, frozenset())
            for pk, text in said.items():
                if pk in mine and stream.has_room:
                    stream.say(text)
            self._flush(stream)

    def _look_at_unread(self) -> None:
        """Hint to whom there is more or less to read; a new stream is told nothing."""
        before = self._unread
        now = newest_unread({one.listener.user for one in self._streams.values()})
        self._unread = now
        for stream in [*self._streams.values()]:
            user = stream.listener.user
            if now[user] != before.get(user, now[user]):
                stream.say(encoded("notifications", {}))
                self._flush(stream)

    def _hint(self) -> None:
        for stream in [*self._streams.values()]:
            if stream.counters_due and stream.has_room:
                stream.counters_due = False
                stream.say(encoded("counters", {}))
                self._flush(stream)

    def _beat(self) -> None:
        for stream in [*self._streams.values()]:
            if time.monotonic() - stream.opened_at > settings.LIVE_SECONDS:
                self._end(stream, RECONNECT)
            elif stream.is_stalled:
                self._end(stream)
            elif stream.has_room:
                stream.say(heartbeat(stream.place))
                self._flush(stream)

    def _recheck(self) -> None:
        self._welcome([*self._streams.values()])

    def _welcome(self, group: Sequence[Stream]) -> list[Stream]:
        """End the streams of those who may not listen any more; return the others."""
        welcome = still_welcome({one.listener for one in group})
        staying = []
        for stream in group:
            if stream.listener in welcome:
                staying.append(stream)
            else:
                self._end(stream, SIGNED_OUT)
        return staying

    def _flush(self, stream: Stream) -> None:
        if stream.is_ended:
            return
        try:
            stream.flush()
        except OSError:
            self._end(stream)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE * stream.is_waiting)
        if self._selector.get_key(stream.line).events != wanted:
            self._selector.modify(stream.line, wanted, stream)

    def _end(self, stream: Stream, reason: str = "") -> None:
        with self._lock:
            known = self._streams.pop(stream.line.fileno(), None)
        if known is not None:
            self._selector.unregister(stream.line)
            stream.end(reason)
