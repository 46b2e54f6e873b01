"""Facts made anew from the log, and compared with those that are there."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from conversations.models.bulk import fetch
from webcare.domain.facts import EndingFact, Facts, Line, TurnFact, facts_of
from webcare.models import Ending, Turn
from webcare.queries.business_time import Lasted, Length, business_seconds

BATCH = 500  # tickets
# A fact and its line are written by one transaction, each at its own statement's time.
ONE_TRANSACTION = timedelta(minutes=1)
KNOWN = (
    *("start_known_at", "end_known_at", "acknowledged_known_at", "known_from"),
    *("known_at", "reopened_known_at", "undone_at"),
)
Row = dict[str, Any]


class Rebuilt(NamedTuple):
    """What came of a batch: tickets read, rows that were wrong, tickets left alone
    since lines of theirs are older than the facts."""

    tickets: int = 0
    mended: int = 0
    left_alone: int = 0


def rebuild() -> Iterator[Rebuilt]:
    """Make the turns and endings of all tickets anew, batch by batch.

    What is right already is not written; while it runs the desk goes on. What was known
    before a correction stays as it is.
    """
    [[last]] = fetch("SELECT coalesce(max(id), 0) FROM webcare_ticket", [])
    for begin in range(0, last, BATCH):
        yield rebuild_some(begin + 1, begin + BATCH)


@transaction.atomic
def rebuild_some(first: int, last: int) -> Rebuilt:
    """Do so for the tickets from `first` to `last`, with all that belongs to them.

    Tickets that were merged into each other or split belong together, and are done
    with the first of them.
    """
    fetch("SET LOCAL webcare.rebuilding = 'on'", [])
    families = _families(first, last)
    everyone = [ticket for family in families for ticket in family]
    channels = _lock(everyone)
    lines = _lines(everyone)
    done = alone = 0
    made: list[Facts] = []
    for family in families:
        told = sorted((pk, one) for t in family for pk, one in lines.get(t, []))
        theirs = {ticket: channels[ticket] for ticket in family}
        facts = facts_of(theirs, [one for _, one in told])
        if facts is None:
            alone += len(family)
        else:
            made.append(facts)
            done += len(family)
    mended = _mend_turns(made) + _mend_endings(made)
    return Rebuilt(done, mended, alone)


def _families(first: int, last: int) -> list[list[int]]:
    rows = fetch(
        """WITH RECURSIVE kin AS (
             SELECT id AS seed, id FROM webcare_ticket WHERE id BETWEEN %s AND %s
              UNION
             SELECT kin.seed, near.id FROM kin CROSS JOIN LATERAL (
                 SELECT m.target_id AS id FROM webcare_merge m
                  WHERE m.source_id = kin.id
                  UNION ALL
                 SELECT m.source_id FROM webcare_merge m WHERE m.target_id = kin.id
                  UNION ALL
                 SELECT k.split_from_id FROM webcare_ticket k
                  WHERE k.id = kin.id AND k.split_from_id IS NOT NULL
                  UNION ALL
                 SELECT k.id FROM webcare_ticket k WHERE k.split_from_id = kin.id
             ) AS near)
           SELECT array_agg(id ORDER BY id) FROM kin
            GROUP BY seed HAVING min(id) = seed ORDER BY seed""",
        [first, last],
    )
    return [family for (family,) in rows]


def _lock(tickets: Sequence[int]) -> dict[int, int]:
    """Returns the channel of each."""
    return dict(
        fetch(
            """SELECT id, channel_id FROM webcare_ticket WHERE id = ANY(%s)
                ORDER BY id FOR NO KEY UPDATE""",
            [list(tickets)],
        )
    )


def _lines(tickets: Sequence[int]) -> Mapping[int, list[tuple[int, Line]]]:
    """The lines of each ticket, with their place in the log."""
    rows = fetch(
        """SELECT e.id, e.ticket_id, e.kind, e.effective_at, e.recorded_at, e.actor_id,
                  e.data::text, coalesce(tm.origin_ticket_id, e.ticket_id),
                  coalesce(m.channel_id, k.channel_id), r.author_id
             FROM webcare_ticketevent e
             JOIN webcare_ticket k ON k.id = e.ticket_id
             LEFT JOIN conversations_message m ON m.id = (e.data->>'message')::bigint
             LEFT JOIN webcare_ticketmessage tm ON tm.message_id = m.id
             LEFT JOIN webcare_reply r ON e.kind = 'reply_sent'
              AND r.public_id = (e.data->>'reply')::uuid
            WHERE e.ticket_id = ANY(%s)
              AND (e.data ?| ARRAY['message', 'status', 'queue', 'agent', 'priority',
                                   'topic'])""",
        [list(tickets)],
    )
    lines: dict[int, list[tuple[int, Line]]] = defaultdict(list)
    for pk, ticket, kind, at, known, actor, data, *rest in rows:
        line = Line(ticket, kind, at, known, actor, json.loads(data), *rest)
        lines[ticket].append((pk, line))
    return lines


def _mend_turns(made: Sequence[Facts]) -> int:
    facts = [turn for one in made for turn in one.turns.values()]
    wanted = {
        (turn.ticket, turn.number): row
        for turn, row in zip(facts, _turn_rows(facts), strict=True)
    }
    rows: Iterable[Any] = Turn.objects.filter(ticket__in={t for t, _ in wanted})
    there = {(one.ticket_id, one.number): vars(one) for one in rows}
    for key, row in wanted.items():
        _keep_known(row, there.get(key, {}))
    wrong = [
        Turn(**row, pk=there[key]["id"] if key in there else None)
        for key, row in wanted.items()
        if key not in there or any(there[key][name] != row[name] for name in row)
    ]
    Turn.objects.bulk_create([turn for turn in wrong if turn.pk is None])
    known = [turn for turn in wrong if turn.pk is not None]
    names = [one.name for one in Turn._meta.concrete_fields if not one.primary_key]
    Turn.objects.bulk_update(known, names, batch_size=BATCH)
    return len(wrong)


def _turn_rows(facts: Sequence[TurnFact]) -> list[Row]:
    """As columns, with what is counted by a calendar."""
    ended = _counted(
        (one.calendar_version, one.started_at, one.ended_at) for one in facts
    )
    heard = _counted(
        (one.acknowledged_calendar, one.started_at, one.acknowledged_at)
        for one in facts
    )
    return [
        _columns(asdict(one))
        | {
            "business_seconds": length and length.seconds,
            "in_hours": length and length.in_hours,
            "acknowledged_business_seconds": first and first.seconds,
            "acknowledged_in_hours": first and first.in_hours,
        }
        for one, length, first in zip(facts, ended, heard, strict=True)
    ]


def _counted(
    given: Iterable[tuple[int | None, datetime, datetime | None]],
) -> list[Length | None]:
    """How long each took by its calendar; None of what has not come to its end."""
    lasted = [
        Lasted(calendar, start, end) if end else None for calendar, start, end in given
    ]
    lengths = iter(business_seconds([one for one in lasted if one]))
    return [next(lengths) if one else None for one in lasted]


def _mend_endings(made: Sequence[Facts]) -> int:
    facts = [one for each in made for ending in each.endings.values() for one in ending]
    wanted: dict[int, list[Row]] = {t: [] for each in made for t in each.channels}
    for row in _ending_rows(facts):
        wanted[row["ticket_id"]].append(row)
    there: dict[int, list[Row]] = {ticket: [] for ticket in wanted}
    for ending in Ending.objects.filter(ticket__in=wanted).order_by("id"):
        found = vars(ending)
        there[ending.ticket_id].append(
            {name: found[name] for name in found if name not in {"id", "_state"}}
        )
    for ticket, rows in wanted.items():
        for row, found in zip(rows, there[ticket], strict=False):
            _keep_known(row, found)
    wrong = [ticket for ticket in wanted if wanted[ticket] != there[ticket]]
    Ending.objects.filter(ticket__in=wrong).delete()
    Ending.objects.bulk_create(
        [Ending(**row) for ticket in wrong for row in wanted[ticket]]
    )
    return len(wrong)


def _ending_rows(facts: Sequence[EndingFact]) -> list[Row]:
    lengths = business_seconds(
        [Lasted(one.calendar_version, one.opened_at, one.at) for one in facts]
    )
    return [
        _columns(asdict(one)) | {"business_seconds": length.seconds}
        for one, length in zip(facts, lengths, strict=True)
    ]


def _keep_known(row: Row, there: Mapping[str, Any]) -> None:
    """What is known since the same transaction stays as it is."""
    for name in KNOWN:
        ours, theirs = row.get(name), there.get(name)
        if ours and theirs and abs(ours - theirs) <= ONE_TRANSACTION:
            row[name] = theirs


_KEYS = frozenset(
    {
        *("ticket", "first_message", "channel", "answer", "answered_by"),
        *("calendar_version", "acknowledged_calendar", "queue", "topic", "by", "agent"),
    }
)


def _columns(fact: Row) -> Row:
    return {f"{k}_id" if k in _KEYS else k: value for k, value in fact.items()}
