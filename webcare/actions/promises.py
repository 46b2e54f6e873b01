"""What is promised for a ticket once it is known where it waits, and what about.

Policies, calendars and queues are read once for a batch; the arithmetic is done in
memory. What was chosen is pinned: on the clock, and in the log.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from conversations.models.bulk import fetch, insert
from conversations.queries.clock import database_now
from webcare.actions import clocks
from webcare.actions.log import Line, record_many
from webcare.domain.clocks import Aim, Course, Standing, stand
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Promise
from webcare.domain.promises import Pin
from webcare.models import Clock, TicketEvent, User
from webcare.queries.policies import (
    LISTS,
    Book,
    Placed,
    placed_now,
    read_book,
    versions,
)

Kind = TicketEvent.Kind


class Wanted(NamedTuple):
    """A clock that has to be there: of a waiting turn, or of a whole ticket."""

    placed: int
    ticket: int
    turn: int | None
    number: int  # of the turn; 0 for the whole ticket
    started_at: datetime
    clock: int | None  # the one that is there
    status: str
    priority: str
    channel: str
    tags: list[str]
    authors: list[str]

    @property
    def promise(self) -> Promise:
        if self.turn is None:
            return Promise.RESOLUTION
        return Promise.FIRST_RESPONSE if self.number == 1 else Promise.NEXT_RESPONSE


class Started(NamedTuple):
    """What runs on a ticket now, and what was newly promised.

    `due` is by the tickets that were placed: the nearest moment of what was started.
    `promises` is by the ticket that a clock stands on, and belongs in a line of its
    log, under that name.
    """

    due: dict[int, datetime]
    promises: dict[int, dict[str, Any]]


def start(placed: Sequence[Placed]) -> Started:
    """Start the clocks that tickets' waiting turns and openings call for.

    Of each ticket is given where it stands and what it is about from now on. What
    holds for it then is pinned; a clock that is there keeps what it was started under
    and follows the log. The clock of a turn stands with the turn, whichever ticket
    its messages are in. The caller writes down what was promised.
    """
    wanted = _wanted(placed)
    fresh = [one for one in wanted if not one.clock]
    made = _make(fresh, {one.ticket: one for one in placed})
    apart = [one for one in wanted if one.clock or one.status not in _WORKED_ON]
    clocks.follow([pk for one in apart for pk in (one.ticket, one.placed)])
    return Started(_nearest(made), _promises(made))


def start_and_tell(
    queues: Mapping[int, int], *, cause: str, actor: User | None = None
) -> None:
    """Start what these tickets call for in these queues, and write down what it is.

    Their rows show the nearest moment due afterwards.
    """
    placed = placed_now(queues)
    started = start(placed)
    clocks.show_due(list(started.due))
    record_many(
        list(told_lines(started.promises, actor.pk if actor else None)), cause=cause
    )


def told_lines(
    promises: Mapping[int, Mapping[str, Any]], actor: int | None = None
) -> Iterator[Line]:
    """What was promised, where no other line says so."""
    if promises:
        at = database_now()
        for ticket, made in promises.items():
            yield Line(ticket, Kind.PROMISED, at, {"promises": made}, actor)


_WORKED_ON = frozenset({Status.NEW.value, Status.OPEN.value})
_WANTED = f"""
    WITH placed AS (
      SELECT k.id, k.opened_at, k.status, k.priority, k.channel_id, k.author_id
        FROM webcare_ticket k
       WHERE k.id = ANY(%s) AND k.status NOT IN ('resolved', 'closed')
    ), waits AS (
      SELECT p.id AS placed, t.id AS turn
        FROM placed p JOIN webcare_turn t
          ON t.ticket_id = p.id AND t.outcome = 'waiting'
       UNION
      SELECT p.id, t.id
        FROM placed p
        JOIN webcare_ticketmessage tm
          ON tm.ticket_id = p.id AND tm.origin_ticket_id <> p.id
        JOIN webcare_turn t
          ON t.ticket_id = tm.origin_ticket_id AND t.outcome = 'waiting'
        JOIN conversations_message m
          ON m.id = tm.message_id AND {clocks.OF_TURN}
    ), wanted AS (
      SELECT waits.placed, t.ticket_id, t.id AS turn_id, t.number, t.started_at,
             CASE t.number WHEN 1 THEN 'first_response'
                           ELSE 'next_response' END AS promise
        FROM waits JOIN webcare_turn t ON t.id = waits.turn
       UNION ALL
      SELECT id, id, NULL, 0, opened_at, 'resolution' FROM placed
    )
    SELECT w.placed, w.ticket_id, w.turn_id, w.number, w.started_at, c.id,
           k.status, k.priority, ch.slug,
           ARRAY(SELECT g.slug FROM webcare_tickettag kg
                   JOIN webcare_tag g ON g.id = kg.tag_id
                  WHERE kg.ticket_id = w.placed),
           {LISTS}
      FROM wanted w
      JOIN placed k ON k.id = w.placed
      JOIN conversations_channel ch ON ch.id = k.channel_id
      LEFT JOIN webcare_clock c
        ON c.ticket_id = w.ticket_id AND c.promise = w.promise
       AND c.turn_id IS NOT DISTINCT FROM w.turn_id
     ORDER BY w.placed, w.number"""


def _wanted(placed: Sequence[Placed]) -> list[Wanted]:
    return [Wanted(*row) for row in fetch(_WANTED, [[one.ticket for one in placed]])]


class _Made(NamedTuple):
    """A clock that was started just now."""

    wanted: Wanted
    pin: Pin
    standing: Standing


def _make(fresh: Sequence[Wanted], placed: Mapping[int, Placed]) -> list[_Made]:
    """Start clocks; one that somebody else starts at this moment is theirs."""
    if not fresh:
        return []
    made = list(_begun(fresh, placed, read_book()))
    kept = insert(
        Clock,
        [_row(one) for one in made],
        conflict="ON CONFLICT DO NOTHING",
        returning="ticket_id, promise, turn_id",
    )
    keys = set(kept)
    return [one for one in made if _key(one.wanted) in keys]


def _begun(
    fresh: Sequence[Wanted], placed: Mapping[int, Placed], book: Book
) -> Iterator[_Made]:
    """What each is started under: that of the first ticket which asks for it."""
    chosen: dict[int, dict[str, Pin]] = {}
    first: dict[tuple[int, str, int | None], Wanted] = {}
    for one in fresh:
        first.setdefault(_key(one), one)
        if one.placed not in chosen:
            chosen[one.placed] = book.choose(_full(placed[one.placed], one))
    known = versions({pin for pins in chosen.values() for pin in pins.values()})
    for one in first.values():
        if pin := chosen[one.placed].get(one.promise):
            terms = known.terms(pin, one.promise, one.priority)
            aim = Aim(one.started_at, terms.seconds, terms.warns)
            hours = known.hours(pin, terms)
            yield _Made(one, pin, stand(Course(one.started_at, None, [aim], (), hours)))


def _full(placed: Placed, one: Wanted) -> Placed:
    return placed._replace(
        priority=one.priority,
        channel=one.channel,
        tags=frozenset(one.tags),
        authors=frozenset(one.authors),
    )


def _key(one: Wanted) -> tuple[int, str, int | None]:
    return one.ticket, one.promise.value, one.turn


def _row(one: _Made) -> dict[str, Any]:
    wanted, pin, standing = one
    ahead = [*standing.warnings, standing.breached_at]
    return {
        "ticket": wanted.ticket,
        "promise": wanted.promise.value,
        "turn": wanted.turn,
        "policy_version": pin.policy,
        "calendar_version": pin.calendar,
        "started_at": wanted.started_at,
        "target_seconds": standing.seconds,
        "due_at": standing.due_at,
        "next_at": min((at for at in ahead if at), default=None),
    }


def _nearest(made: Sequence[_Made]) -> dict[int, datetime]:
    due: dict[int, datetime] = {}
    for wanted, _, standing in made:
        if standing.due_at:
            nearest = due.get(wanted.placed, standing.due_at)
            due[wanted.placed] = min(nearest, standing.due_at)
    return due


def _promises(made: Sequence[_Made]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for wanted, pin, _ in made:
        said = found.setdefault(wanted.ticket, {"made": {}})
        said["made"][wanted.promise.value] = list(pin)
        if wanted.turn is not None:
            said["turn"] = wanted.number
    return found
