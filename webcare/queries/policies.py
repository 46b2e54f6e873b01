"""Policies: which hold now, and the versions that clocks were started under."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet

from conversations.models.bulk import fetch
from webcare.domain.calendars import Calendar
from webcare.domain.outcomes import Promise
from webcare.domain.policies import Definition, Traits, read_definition
from webcare.domain.promises import Pin, Versions
from webcare.exceptions import NotFound
from webcare.models import AuthorList, Policy, PolicyVersion
from webcare.queries import calendars
from webcare.queries.automation_facts import topic_paths
from webcare.queries.pages import Listing, Mark, Order, Page, read_page


class Held(NamedTuple):
    """A policy that holds for clocks that start now, by its version's row."""

    version: int
    definition: Definition


class QueueRow(NamedTuple):
    """A queue, with what it promises by itself, and its calendar's newest version."""

    slug: str
    first_response: int
    next_response: int
    resolution: int
    calendar: int | None


class Placed(NamedTuple):
    """A ticket as it is now, or as it becomes in the statement that follows."""

    ticket: int
    queue: int
    topic: int | None
    language: str
    priority: str = ""
    channel: str = ""
    tags: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Book:
    """What the desk promises: read once for a batch of tickets."""

    policies: list[Held]
    queues: Mapping[int, QueueRow]
    calendars: Mapping[str, int]  # slug -> newest version
    usual_calendar: int | None

    def choose(self, placed: Placed) -> dict[str, Pin]:
        """Return what holds for a ticket: promise -> what its clock is started under.

        The first policy whose conditions hold decides; what it says nothing about is
        promised by the queue itself, and what it rules out is not promised.
        """
        queue = self.queues[placed.queue]
        found = self._first(placed, queue)
        pins: dict[str, Pin] = {}
        for promise in Promise.values:
            if found is None or promise not in found.definition.promises:
                seconds = getattr(queue, promise)
                pins[promise] = Pin(None, self._hours("", queue), seconds)
            elif target := found.definition.promises[promise]:
                terms = target.terms(promise, placed.priority)
                hours = self._hours(found.definition.calendar, queue)
                calendar = hours if terms.is_business else None
                pins[promise] = Pin(found.version, calendar, terms.seconds)
        return pins

    def with_first(self, held: Held) -> "Book":
        """Return the same with another policy, asked before all others."""
        return replace(self, policies=[held, *self.policies])

    def _first(self, placed: Placed, queue: QueueRow) -> Held | None:
        if not self.policies:
            return None
        traits = Traits(
            queue.slug,
            self._paths.get(placed.topic, _NO_TOPIC) if placed.topic else _NO_TOPIC,
            placed.priority,
            placed.channel,
            placed.language,
            placed.tags,
            placed.authors,
        )
        holding = (one for one in self.policies if one.definition.holds(traits))
        return next(holding, None)

    def _hours(self, calendar: str, queue: QueueRow) -> int | None:
        """The calendar that was named, else the queue's, the desk's, or none."""
        if calendar in self.calendars:
            return self.calendars[calendar]
        return self.usual_calendar if queue.calendar is None else queue.calendar

    @cached_property
    def _paths(self) -> Mapping[int, frozenset[str]]:
        asks = any("topics" in one.definition.conditions for one in self.policies)
        return topic_paths() if asks else {}


# The lists that the author of a ticket `k` is on.
LISTS = """ARRAY(SELECT a.slug FROM webcare_listedauthor l
                    JOIN webcare_authorlist a ON a.id = l.author_list_id
                   WHERE l.author_id = k.author_id)"""
_NO_TOPIC: frozenset[str] = frozenset()
_BOOK = """
    WITH newest AS (
        SELECT DISTINCT ON (calendar_id) calendar_id, id
          FROM webcare_calendarversion ORDER BY calendar_id, number DESC)
    SELECT 'policy', v.id, v.definition::text, p.position, p.id, NULL, NULL
      FROM webcare_policy p
      JOIN webcare_policyversion v ON v.policy_id = p.id AND v.number = p.version
     WHERE p.is_enabled
     UNION ALL
    SELECT 'queue', q.id, q.slug, q.first_response_seconds, q.next_response_seconds,
           q.resolution_seconds, v.id
      FROM webcare_queue q
      LEFT JOIN newest v ON v.calendar_id = q.calendar_id
     UNION ALL
    SELECT 'calendar', v.id, c.slug, c.is_default::int, NULL, NULL, NULL
      FROM webcare_calendar c
      JOIN newest v ON v.calendar_id = c.id"""


def read_book() -> Book:
    """Read policies, queues and calendars as they are now: one statement."""
    rows = fetch(_BOOK, [])
    policies = sorted(
        (row for row in rows if row[0] == "policy"), key=lambda row: row[3:5]
    )
    hours = [row for row in rows if row[0] == "calendar"]
    return Book(
        [Held(row[1], _compiled(row[1], row[2])) for row in policies],
        {row[1]: QueueRow(*row[2:]) for row in rows if row[0] == "queue"},
        {row[2]: row[1] for row in hours},
        next((row[1] for row in hours if row[3]), None),
    )


def placed_now(queues: Mapping[int, int]) -> list[Placed]:
    """Return these tickets as they are, in the queues that are given: one statement."""
    rows = fetch(
        """SELECT id, topic_id, language FROM webcare_ticket
            WHERE id = ANY(%s) ORDER BY id""",
        [sorted(queues)],
    )
    return [Placed(pk, queues[pk], topic, language) for pk, topic, language in rows]


@lru_cache(maxsize=1_000)
def _compiled(version: int, given: str) -> Definition:
    """A version never changes: it is read once in each process."""
    return read_definition(json.loads(given))


def versions(pins: Iterable[Pin]) -> Versions:
    """Return the versions that these pins name, ready to be asked.

    At most two statements, and none for what this process has read before.
    """
    found = list(pins)
    policies = {pin.policy for pin in found if pin.policy is not None}
    hours = {pin.calendar for pin in found if pin.calendar is not None}
    return Versions(_policies(policies), _hours(hours))


class Opening(NamedTuple):
    """A ticket, what it is about, and since when each promise would run."""

    public_id: UUID
    placed: Placed
    starts: dict[str, datetime]


def openings(tickets: Sequence[int]) -> list[Opening]:
    """Return these tickets, the newest first, as a policy would find them now."""
    rows = fetch(
        f"""SELECT k.public_id, k.id, coalesce(k.queue_id, 0), k.topic_id, k.language,
                  k.priority, c.slug,
                  ARRAY(SELECT g.slug FROM webcare_tickettag kg
                          JOIN webcare_tag g ON g.id = kg.tag_id
                         WHERE kg.ticket_id = k.id),
                  {LISTS},
                  (SELECT t.started_at FROM webcare_turn t
                    WHERE t.ticket_id = k.id AND t.number = 1),
                  (SELECT t.started_at FROM webcare_turn t
                    WHERE t.ticket_id = k.id AND t.number > 1
                    ORDER BY t.number DESC LIMIT 1),
                  k.opened_at
             FROM webcare_ticket k JOIN conversations_channel c ON c.id = k.channel_id
            WHERE k.id = ANY(%s) ORDER BY k.id DESC""",
        [list(tickets)],
    )
    return [
        Opening(
            public_id,
            Placed._make((*placed, frozenset(tags), frozenset(lists))),
            {
                promise: at
                for promise, at in zip(Promise.values, starts, strict=True)
                if at
            },
        )
        for public_id, *placed, tags, lists, first, next_, opened in rows
        for starts in [(first, next_, opened)]
    ]


def policies() -> list[tuple[Policy, PolicyVersion]]:
    """Return the policies in use in the order they are asked, with what they say now:
    two statements."""
    return _with_versions(Policy.objects.filter(retired_at=None))


def asks_for_list(author_list: AuthorList) -> bool:
    """Whether a policy in use is for authors on this list."""
    return PolicyVersion.objects.filter(
        policy__retired_at=None,
        number=F("policy__version"),
        definition__conditions__authors__contains=[author_list.slug],
    ).exists()


def policy_for(public_id: UUID) -> tuple[Policy, PolicyVersion]:
    """Return one policy, also one taken out of use. Raises NotFound."""
    found = _with_versions(Policy.objects.filter(public_id=public_id))
    if not found:
        raise NotFound("There is no such policy.")
    return found[0]


def _with_versions(found: QuerySet[Policy]) -> list[tuple[Policy, PolicyVersion]]:
    rows = list(found.order_by("position", "pk"))
    current = PolicyVersion.objects.filter(
        policy__in=rows, number=F("policy__version")
    ).select_related("made_by")
    by_policy = {one.policy_id: one for one in current}
    return [(one, by_policy[one.pk]) for one in rows]


def version_page(
    policy: Policy, mark: Mark | None, limit: int
) -> tuple[list[PolicyVersion], Page]:
    """Return a page of what a policy ever said, the newest first: two statements."""
    listing = Listing(
        columns="v.number",
        source="webcare_policyversion v",
        id="v.id",
        where=("v.policy_id = %(policy)s",),
        values={"policy": policy.pk},
    )
    page = read_page(listing, Order("v.made_at", descending=True), mark, limit)
    ids = [pk for _, pk, *_ in page.rows]
    found = PolicyVersion.objects.select_related("made_by").in_bulk(ids)
    return [found[pk] for pk in ids], page


_KNOWN: dict[int, Definition] = {}


def _policies(ids: set[int]) -> Mapping[int, Definition]:
    if missing := ids - _KNOWN.keys():
        rows = fetch(
            "SELECT id, definition::text FROM webcare_policyversion WHERE id = ANY(%s)",
            [sorted(missing)],
        )
        _KNOWN.update({pk: _compiled(pk, given) for pk, given in rows})
    return {pk: _KNOWN[pk] for pk in ids}


def _hours(ids: set[int]) -> Mapping[int, Calendar]:
    return calendars.compiled(ids) if ids else {}
