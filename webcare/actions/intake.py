"""Messages that we answer become tickets, or join the ticket they belong to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from conversations.actions import batches
from conversations.models.bulk import fetch, insert
from webcare.actions import (
    alarms,
    approvals,
    elsewhere,
    engagement,
    last_words,
    turns,
)
from webcare.actions.engagement import Engaged
from webcare.actions.last_words import Home, LastWord, Place
from webcare.actions.log import Line, record_many
from webcare.actions.threads import lock_threads
from webcare.actions.turns import Said
from webcare.domain.lifecycle import LIVE, Cause, Status, reopens_until
from webcare.domain.outcomes import DANGER_REASON, Priority, PrioritySetBy
from webcare.models import Ticket, TicketEvent, TicketMessage

TRIAGE = "triage"
EXCERPT = 280

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

    def takes(self, message: engagement.Message) -> bool:
        """Whether this message goes on with this ticket, rather than a new one."""
        if self.status != Status.RESOLVED:
            return self.status in LIVE
        assert self.resolved_at is not None
        return message.posted_at <= reopens_until(self.resolved_at, self.reopen_hours)

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
        return self.homes[_pair(one.message)]

    @property
    def is_danger(self) -> bool:
        return any(one.reason == "danger" for one in self.said)

    @property
    def reopens(self) -> bool:
        return self.found is not None and self.found.status == Status.RESOLVED


def take_in(message_ids: list[int]) -> None:
    """Decide, then make, join or reopen tickets; what we said elsewhere is noted.

    One live ticket per thread and author, whatever arrives at the same time: threads
    are locked in rising order, and the database refuses a second one.
    """
    messages = engagement.heard(message_ids)
    lock_threads(message.thread for message in messages)
    engaged = engagement.engage([m for m in messages if m.direction == "in"])
    place(engaged, cause=Cause.INTAKE)
    elsewhere.note_answers([m for m in messages if m.direction == "out"])


STAGE = batches.Stage("ticket", take_in)


def place(engaged: Sequence[Engaged], *, cause: str, actor: int | None = None) -> None:
    """Give these messages their tickets, with a turn that waits for our answer.

    Last words join a ticket that is done, or waits for its customer, and leave it
    as it is. The caller holds the threads.
    """
    said: dict[Pair, list[Engaged]] = {}
    for one in engaged:
        said.setdefault(_pair(one.message), []).append(one)
    found = _newest_tickets(list(said))
    words = last_words.find(_to_tickets_at_rest(said, found))
    last_words.keep(words)
    groups = _group(_without(said, words), found)
    _attach(groups, words)
    _continue([group for group in groups if group.found])
    goes_on = {group.ticket for group in groups}
    _show([word for word in words if word.at.ticket not in goes_on])
    _write_history(groups, words, cause, actor)
    written_again = {group.ticket for group in groups if group.found}
    written_again |= {word.at.ticket for word in words}
    approvals.void(sorted(written_again), reason="author_wrote", cause=cause)
    alarms.raise_alarms([group.ticket for group in groups if group.is_danger])
    turns.start(
        [
            Said(group.home(one)[0], group.ticket, one.message)
            for group in groups
            for one in group.said
        ]
    )
    batches.enqueue(TRIAGE, [group.ticket for group in groups])


def _to_tickets_at_rest(
    said: Mapping[Pair, Sequence[Engaged]], found: Mapping[Pair, Found]
) -> list[tuple[Place, Sequence[Engaged]]]:
    return [
        (Place(there.id, (there.origin, there.split)), ones)
        for pair, ones in said.items()
        if (there := found.get(pair))
        and there.is_at_rest
        and there.takes(ones[0].message)
    ]


def _without(
    said: Mapping[Pair, Sequence[Engaged]], words: Sequence[LastWord]
) -> dict[Pair, list[Engaged]]:
    ended = {word.message.id for word in words}
    rest = {
        pair: [one for one in ones if one.message.id not in ended]
        for pair, ones in said.items()
    }
    return {pair: ones for pair, ones in rest.items() if ones}


def _group(said: dict[Pair, list[Engaged]], found: Mapping[Pair, Found]) -> list[Group]:
    """Give each author's new messages a ticket: the one there is, or a new one."""
    kept = {
        pair: found[pair]
        for pair, ones in said.items()
        if pair in found and found[pair].takes(ones[-1].message)
    }
    fresh = {pair: ones for pair, ones in said.items() if pair not in kept}
    made = _open(fresh, {pair: found[pair].id for pair in fresh if pair in found})
    return _together(
        [
            Group(there.id, ones, there, {pair: (there.origin, there.split)})
            if (there := kept.get(pair))
            else Group(made[pair], ones, None, {pair: (made[pair], None)})
            for pair, ones in said.items()
        ]
    )


def _pair(message: engagement.Message) -> Pair:
    assert message.author is not None  # the database sees to it
    return message.thread, message.author


def _together(groups: Sequence[Group]) -> list[Group]:
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


def _newest_tickets(pairs: Sequence[Pair]) -> dict[Pair, Found]:
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
        return _newest_tickets(pairs)
    return {(row[1], row[2]): Found(*row[:-1]) for row in rows}


def _open(
    fresh: dict[Pair, list[Engaged]], follows: dict[Pair, int]
) -> dict[Pair, int]:
    rows = [
        {
            "thread": pair[0],
            "author": pair[1],
            "channel": ones[0].message.channel,
            "follows": follows.get(pair),
            "opened_at": ones[0].message.posted_at,
            "waiting_since": ones[0].message.posted_at,
            **_newest(ones),
        }
        for pair, ones in fresh.items()
    ]
    made = insert(Ticket, rows, returning="id, thread_id, author_id")
    return {(thread, author): pk for pk, thread, author in made}


def _newest(ones: Sequence[Engaged]) -> dict[str, Any]:
    """What a ticket shows of its newest messages."""
    danger = any(one.reason == "danger" for one in ones)
    last = ones[-1].message
    return {
        "excerpt": _excerpt(last),
        "last_message_at": last.posted_at,
        "last_inbound": last.id,
        "is_danger": danger,
        "priority": (Priority.URGENT if danger else Priority.NORMAL).value,
        "priority_reason": DANGER_REASON if danger else "",
        "priority_by": (PrioritySetBy.DANGER if danger else PrioritySetBy.SYSTEM).value,
    }


def _attach(groups: Sequence[Group], words: Sequence[LastWord]) -> None:
    placed = [
        (one.message.id, group.ticket, group.home(one))
        for group in groups
        for one in group.said
    ]
    placed += [(word.message.id, word.at.ticket, word.at.home) for word in words]
    rows = [
        {
            "message": message,
            "ticket": ticket,
            "origin_ticket": origin,
            "split_ticket": split,
        }
        for message, ticket, (origin, split) in placed
    ]
    insert(TicketMessage, rows)


def _show(words: Sequence[LastWord]) -> None:
    """What the author wrote last is what the list shows and an answer answers."""
    newest = {word.at.ticket: word.message for word in words}
    if newest:
        fetch(
            """UPDATE webcare_ticket t
                  SET excerpt = given.excerpt, last_inbound_id = given.message,
                      last_message_at = given.at,
                      changed_at = now(), version = version + 1
                 FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[])
                      AS given(id, excerpt, message, at)
                WHERE t.id = given.id AND given.at >= t.last_message_at""",
            [
                list(newest),
                [_excerpt(message) for message in newest.values()],
                [message.id for message in newest.values()],
                [message.posted_at for message in newest.values()],
            ],
        )


def _excerpt(message: engagement.Message) -> str:
    return " ".join(message.text[: EXCERPT * 2].split())[:EXCERPT]


def _continue(groups: Sequence[Group]) -> None:
    """The author wrote again: what was parked or resolved is work once more.

    What arrives late may be the earliest: the ticket was opened by it, all the same.
    """
    if not groups:
        return
    news = [_newest(group.said) for group in groups]
    fetch(
        """UPDATE webcare_ticket t
              SET status = CASE WHEN status = 'new' THEN 'new' ELSE 'open' END,
                  resolved_at = NULL, resolution = '', resolution_seconds = NULL,
                  resolution_reason = '', resolution_note = '',
                  snoozed_until = NULL,
                  is_danger = t.is_danger OR given.danger,
                  priority = CASE WHEN given.danger THEN 'urgent' ELSE priority END,
                  priority_by = CASE WHEN given.danger
                            THEN 'danger' ELSE priority_by END,
                  priority_reason = CASE WHEN given.danger
                            THEN %s ELSE priority_reason END,
                  excerpt = CASE WHEN given.at >= last_message_at
                            THEN given.excerpt ELSE t.excerpt END,
                  last_inbound_id = CASE WHEN given.at >= last_message_at
                            THEN given.inbound ELSE last_inbound_id END,
                  opened_at = least(opened_at, given.began_at),
                  last_message_at = greatest(last_message_at, given.at),
                  changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[],
                         %s::bool[], %s::timestamptz[])
                  AS given(id, excerpt, at, inbound, danger, began_at)
            WHERE t.id = given.id""",
        [
            DANGER_REASON,
            [group.ticket for group in groups],
            [new["excerpt"] for new in news],
            [new["last_message_at"] for new in news],
            [new["last_inbound"] for new in news],
            [new["is_danger"] for new in news],
            [group.said[0].message.posted_at for group in groups],
        ],
    )


def _write_history(
    groups: Sequence[Group],
    words: Sequence[LastWord],
    cause: str,
    actor: int | None,
) -> None:
    lines = [*last_words.lines(words)]
    lines += [
        Line(
            group.ticket,
            kind,
            one.message.posted_at,
            {"message": one.message.id, "reason": one.reason, **altered},
            actor,
        )
        for group in groups
        for one, kind, altered in zip(
            group.said, _kinds(group), _altered(group), strict=True
        )
    ]
    record_many(lines, cause=cause)


def _altered(group: Group) -> list[dict[str, Any]]:
    """What of the ticket became different, said beside the first message."""
    priority = _newest(group.said)["priority"]
    found, first = group.found, dict[str, Any]()
    if found is None:
        first = {"status": Status.NEW.value, "priority": priority}
        first |= dict.fromkeys(("queue", "agent", "topic"))
    else:
        if found.status not in {Status.NEW, Status.OPEN}:
            first["status"] = Status.OPEN.value
        if priority == Priority.URGENT != found.priority:
            first["priority"] = priority
    return [first, *({} for _ in group.said[1:])]


def _kinds(group: Group) -> list[TicketEvent.Kind]:
    first = TicketEvent.Kind.MESSAGE_ADDED
    if group.found is None:
        first = TicketEvent.Kind.OPENED
    elif group.reopens:
        first = TicketEvent.Kind.REOPENED
    return [first] + [TicketEvent.Kind.MESSAGE_ADDED] * (len(group.said) - 1)
