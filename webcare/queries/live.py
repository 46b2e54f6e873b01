"""What live streams are told: read once for all streams of a process."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from conversations.models.bulk import fetch, ids
from webcare.domain.tokens import Scope
from webcare.models import User
from webcare.queries.events import Logged
from webcare.queries.people import called
from webcare.queries.presence import STILL_THERE
from webcare.queries.sight import own_slugs, people_with_rights, seen_before, seen_of


class Listener(NamedTuple):
    """Who opened a stream, and by what: a token, or a session of this password."""

    user: int
    token: int | None = None
    session: str = ""
    password: str = ""


def still_welcome(listeners: Collection[Listener]) -> set[Listener]:
    """Return those whose token or session is still good, and who are active.

    Three statements for all of them, whatever their number.
    """
    people = {
        user.pk: user.get_session_auth_hash()
        for user in User.objects.filter(
            pk__in={one.user for one in listeners}, is_active=True
        )
    }
    tokens = _good_tokens({one.token for one in listeners if one.token is not None})
    sessions = _good_sessions({one.session for one in listeners if one.session})
    return {
        one
        for one in listeners
        if one.user in people
        and (
            one.token in tokens
            if one.token is not None
            else one.session in sessions and one.password == people[one.user]
        )
    }


def _good_tokens(tokens: Collection[int]) -> frozenset[int]:
    if not tokens:
        return frozenset()
    rows = fetch(
        """SELECT id FROM webcare_apitoken
            WHERE id = ANY(%s) AND revoked_at IS NULL AND scopes ? %s
              AND (expires_at IS NULL OR expires_at > statement_timestamp())""",
        [list(tokens), Scope.READ.value],
    )
    return frozenset(ids(rows))


def _good_sessions(keys: Collection[str]) -> frozenset[str]:
    if not keys:
        return frozenset()
    rows = fetch(
        """SELECT session_key FROM django_session
            WHERE session_key = ANY(%s) AND expire_date > statement_timestamp()""",
        [list(keys)],
    )
    return frozenset(key for [key] in rows)


class Views(NamedTuple):
    """Who sees which of the tickets that some lines are about, by the user's id."""

    seen: Mapping[int, frozenset[int]]
    lost: Mapping[int, frozenset[int]]  # seen where it was before, and not any more
    own: Mapping[int, frozenset[str]]  # of external people: the queues they know


def views_of(users: Collection[int], lines: Sequence[Logged]) -> Views:
    """Ask for all people and tickets at once."""
    people = people_with_rights(users).values()
    own = {one.pk: own for one in people if (own := own_slugs(one)) is not None}
    seen = seen_of(people, {line.ticket for line in lines})
    moved = _queues_before(lines)
    before = seen_before(people, moved) if moved else {}
    lost = {user: before[user] - seen[user] for user in before}
    return Views(seen, lost, own)


def moves(line: Logged) -> bool:
    """Whether a line changes the ticket's queue, and with it who sees it."""
    return "queue" in line.event.data


def _queues_before(lines: Sequence[Logged]) -> dict[int, int | None]:
    """Ticket -> the queue it was in before the first of these lines that moves it."""
    first: dict[int, int] = {}
    for line in filter(moves, lines):
        first.setdefault(line.ticket, line.event.id)
    if not first:
        return {}
    rows = fetch(
        """SELECT moved.ticket, (
                  SELECT (e.data->>'queue')::bigint FROM webcare_ticketevent e
                   WHERE e.ticket_id = moved.ticket AND e.id < moved.event
                     AND e.data ? 'queue' ORDER BY e.id DESC LIMIT 1)
             FROM unnest(%s::bigint[], %s::bigint[]) AS moved(ticket, event)""",
        [list(first), list(first.values())],
    )
    return {ticket: queue for ticket, queue in rows if queue is not None}


class Present(NamedTuple):
    id: UUID
    name: str
    doing: str


class Room(NamedTuple):
    """Who has a ticket before them now."""

    ticket: UUID
    people: tuple[Present, ...]


def rooms() -> dict[int, Room]:
    """Return everybody who has a ticket before them, by ticket; one statement."""
    rows = fetch(
        f"""SELECT p.ticket_id, k.public_id, u.public_id, {called("u")}, p.doing
              FROM webcare_ticketpresence p
              JOIN webcare_ticket k ON k.id = p.ticket_id
              JOIN webcare_user u ON u.id = p.user_id
             WHERE {STILL_THERE}
             ORDER BY p.ticket_id, u.id""",
        [],
    )
    found: dict[int, Room] = {}
    for pk, ticket, *person in rows:
        room = found.get(pk, Room(ticket, ()))
        found[pk] = room._replace(people=(*room.people, Present(*person)))
    return found


def seen_rooms(
    users: Collection[int], tickets: Collection[int]
) -> dict[int, frozenset[int]]:
    """Return who sees which of these tickets, by the user's id."""
    return seen_of(people_with_rights(users).values(), tickets)
