"""What one author newly said in one thread, and the ticket that it may go on with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from conversations.models.bulk import fetch
from webcare.actions.engagement import Engaged, Message
from webcare.actions.last_words import Home
from webcare.domain.lifecycle import LIVE, Status, reopens_until

Pair = tuple[int, int]  # thread, author: what one ticket belongs to


class Found(NamedTuple):
    """The newest ticket of a pair: the live one where there is one.

    Where that one was merged, `id` is the ticket that it went into. `origin` is the
    pair's ticket that turns are measured on, `split` the one that somebody split off.
    """

    id: int
    thread: int
    author: int
    origin: int
    split: int | None
    status: str
    priority: str
    waiting_since: datetime | None
    resolved_at: datetime | None
    reopen_hours: int

    def takes(self, message: Message) -> bool:
        """Whether this message goes on with this ticket, rather than a new one."""
        if self.status != Status.RESOLVED:
            return self.status in LIVE
        assert self.resolved_at is not None
        return message.posted_at <= reopens_until(self.resolved_at, self.reopen_hours)

    @property
    def asks_nothing(self) -> bool:
        """Whether its author may be answering what we asked when it was over."""
        return self.is_at_rest or self.status == Status.CLOSED

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing on it waits for us: last words change nothing then."""
        if self.status == Status.PENDING:
            return self.waiting_since is None
        return self.status == Status.RESOLVED


class Group(NamedTuple):
    """What one author newly said in one thread, and the ticket it belongs to."""

    ticket: int
    said: Sequence[Engaged]
    found: Found | None  # None: the ticket was made for this
    homes: Mapping[Pair, Home]

    def home(self, one: Engaged) -> Home:
        return self.homes[pair_of(one.message)]

    @property
    def is_danger(self) -> bool:
        return any(one.reason == "danger" for one in self.said)

    @property
    def reopens(self) -> bool:
        return self.found is not None and self.found.status == Status.RESOLVED


def pair_of(message: Message) -> Pair:
    """What decides which ticket a message of an author belongs to."""
    assert message.author is not None  # the database sees to it
    return message.thread, message.author


def newest_tickets(pairs: Sequence[Pair]) -> dict[Pair, Found]:
    """Of each pair the newest live ticket, wherever it was merged, else the newest.

    Pairs are also those of a private thread that goes on with a public ticket.
    """
    if not pairs:
        return {}
    rows = fetch(
        """WITH newest AS (
               SELECT pair.thread, pair.author, t.*
                 FROM unnest(%s::bigint[], %s::bigint[]) AS pair(thread, author)
                CROSS JOIN LATERAL (
                    SELECT k.id AS place, coalesce(k.merged_into_id, k.id) AS id,
                           k.origin = 'split' AS is_split, k.split_from_id,
                           max(k.id) FILTER (WHERE k.origin <> 'split')
                               OVER () AS whole
                      FROM (SELECT id FROM webcare_ticket
                             WHERE thread_id = pair.thread
                               AND author_id = pair.author
                             UNION ALL
                            SELECT ticket_id FROM webcare_privatethread
                             WHERE thread_id = pair.thread) AS of_pair
                      JOIN webcare_ticket k ON k.id = of_pair.id
                       AND k.author_id = pair.author
                      LEFT JOIN webcare_ticket r ON r.id = k.merged_into_id
                     ORDER BY (coalesce(r.status, k.status) IN ('resolved', 'closed')),
                              k.merged_into_id IS NOT NULL, k.id DESC
                     LIMIT 1) AS t)
           SELECT t.id, newest.thread, newest.author,
                  CASE WHEN is_split THEN coalesce(whole, newest.split_from_id, place)
                       ELSE place END,
                  CASE WHEN is_split THEN place END,
                  t.status, t.priority, t.waiting_since, t.resolved_at,
                  coalesce((SELECT q.reopen_window_hours FROM webcare_queue q
                             WHERE q.id = t.queue_id), 72),
                  t.merged_into_id
             FROM webcare_ticket t JOIN newest USING (id)
            ORDER BY t.id FOR NO KEY UPDATE OF t""",
        [[thread for thread, _ in pairs], [author for _, author in pairs]],
    )
    if any(merged_into for *_, merged_into in rows):
        # While we waited for its lock, one of them was merged: look where it went.
        return newest_tickets(pairs)
    return {(row[1], row[2]): Found(*row[:-1]) for row in rows}


def together(groups: Sequence[Group]) -> list[Group]:
    """Make one group of what goes to one ticket: several threads may have merged."""
    joined: dict[int, Group] = {}
    for group in groups:
        if other := joined.get(group.ticket):
            said = sorted(
                [*other.said, *group.said],
                key=lambda one: (one.message.posted_at, one.message.id),
            )
            group = other._replace(said=said, homes={**other.homes, **group.homes})
        joined[group.ticket] = group
    return list(joined.values())
