"""Erase what is old, as the desk has said: in batches, and never a live ticket's.

Tickets go in the order in which they ended, messages and calls in that in which they
came; a mark says how far, and moves in the transaction that erases. What was reopened
and ends again comes up again.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction

from conversations.actions import erasing
from conversations.models.bulk import fetch, ids
from conversations.queries.clock import database_now
from webcare.actions import corrections
from webcare.actions.audit import audit
from webcare.actions.erased_tickets import erase_tickets, rewriting
from webcare.domain.permissions import Permission
from webcare.domain.retention import KINDS, Days, check_days
from webcare.models import Retention, RetentionDay, User
from webcare.queries import retention as queries
from webcare.queries.people import require

TICKETS, MESSAGES, CALLS = 100, 500, 1_000
SHIFT_SECONDS = 10
Counts = dict[str, int]


@transaction.atomic
def change_retention(*, user: User, days: Days) -> Retention:
    """Say for how many days things are kept, None for ever; what is left out stays.

    It holds for what is there already: the next sweep begins with it. Raises
    NotAllowed, Invalid for fewer than 30 days or more than ten years.
    """
    require(user, Permission.ERASE_PERSON)
    check_days(days)
    kept = _row()
    before = {kind: getattr(kept, kind) for kind in KINDS}
    after = before | dict(days)
    if after != before:
        Retention.objects.filter(pk=kept.pk).update(
            **after, changed_by=user, changed_at=database_now()
        )
        audit("retention_changed", who=user, before=before, after=after)
    return queries.retention_for(user)


def erase_old() -> int:
    """Erase what is too old, for some seconds; returns how many batches were done.

    One sweep at a time: a second one does nothing.
    """
    ends_at, done = time.monotonic() + SHIFT_SECONDS, 0
    for erase_some in (_tickets, _heard, _raw):
        while time.monotonic() < ends_at and _batch(erase_some):
            done += 1
    return done


@transaction.atomic
def _batch(erase_some: Callable[[Retention], Counts | None]) -> bool:
    """Do one batch and write down what it was; returns whether there was any."""
    [[is_mine]] = fetch("SELECT pg_try_advisory_xact_lock(6, 0)", [])
    counts = erase_some(_row()) if is_mine else None
    if counts is None:
        return False
    _count(counts)
    return True


def _tickets(kept: Retention) -> Counts | None:
    """All that was said on tickets that ended long ago, by anybody."""
    found = queries.old_tickets(kept, TICKETS) if kept.tickets else []
    if not found:
        return None
    chosen = [one.id for one in found]
    for channel in ids(fetch(_CHANNELS, [chosen])):
        erasing.hold_channel(channel)
    tickets = ids(fetch(_STILL_ENDED, [chosen, chosen]))
    said = ids(fetch(_SAID, [tickets]))
    corrections.forget(said)
    counts = {"messages": erasing.empty(said)}
    with rewriting(by="retention", why="older than it is kept"):
        counts |= erase_tickets(tickets, rename=False)
    counts["people"] = _cut_who_said_nothing(tickets)
    last = found[-1]
    _mark(tickets_until=last.ended_at, tickets_mark=last.id)
    return counts


def _heard(kept: Retention) -> Counts | None:
    """What became no ticket."""
    found = queries.old_heard(kept, MESSAGES) if kept.heard else []
    if not found:
        return None
    old = [one.id for one in found if one.goes]
    corrections.forget(old)
    _mark(heard_mark=found[-1].id)
    return {"heard": erasing.empty(old)}


def _raw(kept: Retention) -> Counts | None:
    """What was sent to us, byte for byte; what is the same again is known all the same.

    One that nobody could read for so long goes with its place in the work set aside.
    """
    found = queries.old_raw(kept, CALLS) if kept.raw else []
    if not found:
        return None
    old = [one.id for one in found if one.goes]
    _mark(raw_mark=found[-1].id)
    return {"events": erasing.forget_events(old, is_known_again=True)}


def _cut_who_said_nothing(tickets: Sequence[int]) -> int:
    """Let the names go of whoever has nothing left that they said; returns of how many.

    Who is on a list is kept on it by the desk's own wish. Belongs after the texts.
    """
    silent = erasing.authors(ids(fetch(_SILENT, [list(tickets)])))
    for author in silent:
        erasing.cut(author)
    return len(silent)


def _row() -> Retention:
    """The one row, held; made with the first look at it."""
    Retention.objects.get_or_create(pk=1)
    return Retention.objects.select_for_update().get(pk=1)


def _mark(**marks: object) -> None:
    Retention.objects.filter(pk=1).update(**marks)


def _count(counts: Mapping[str, int]) -> None:
    today = database_now()
    row, _made = RetentionDay.objects.select_for_update().get_or_create(
        day=today.date()
    )
    for what, count in counts.items():
        row.counts[what] = row.counts.get(what, 0) + count
    row.at = today
    row.save(update_fields=["counts", "at"])


_CHANNELS = """
    SELECT DISTINCT channel_id FROM webcare_ticket WHERE id = ANY(%s) ORDER BY 1"""
# Nobody reopens one of these meanwhile; what was merged into them goes along.
_STILL_ENDED = """
    SELECT id FROM webcare_ticket
     WHERE (id = ANY(%s) OR merged_into_id = ANY(%s))
       AND status IN ('resolved', 'closed')
     ORDER BY id FOR NO KEY UPDATE"""
_SAID = """
    SELECT message_id FROM webcare_ticketmessage
     WHERE ticket_id = ANY(%s) ORDER BY message_id"""
_SILENT = """
    SELECT DISTINCT k.author_id FROM webcare_ticket k
     WHERE k.id = ANY(%s)
       AND NOT EXISTS (SELECT FROM conversations_message m
                        WHERE m.author_id = k.author_id AND m.deleted_at IS NULL)
       AND NOT EXISTS (SELECT FROM webcare_ticket live
                        WHERE live.author_id = k.author_id
                          AND live.status NOT IN ('resolved', 'closed'))
       AND NOT EXISTS (SELECT FROM webcare_listedauthor listed
                        WHERE listed.author_id = k.author_id)
     ORDER BY 1"""
