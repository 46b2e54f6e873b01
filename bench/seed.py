"""A desk that has been at work for two years, written by the database itself.

`python -m bench.seed TICKETS` fills an empty, migrated database: ten queues, twenty
agents, three messages and about three turns a ticket, one ticket in five live, with
everything that the product would have written beside them, the search entries and the
days that reports are made of among others. The same number gives the same rows.
"""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import django

CHUNK = 20_000  # tickets in one transaction
WORDS = (
    "de het een wij jullie stroom meter rekening straat vandaag morgen monteur storing "
    "aansluiting uur bericht antwoord adres nummer groep kabel afspraak termijn "
    "panelen teruglevering dank snel nog steeds wanneer waarom hoe lang geen weer "
    "the a we you power bill street today engineer outage hour answer address please"
)


def fill(tickets: int, *, chunk: int = CHUNK) -> None:
    """Write a desk and so many tickets, `chunk` of them in each transaction.

    Raises IntegrityError when there is one already.
    """
    from django.db import transaction

    from bench.seed_desk import make_desk
    from conversations.models.bulk import fetch

    desk = make_desk()
    texts = _texts()
    with _without_indexes():
        for first in range(1, tickets + 1, chunk):
            last = min(first + chunk - 1, tickets)
            with transaction.atomic():
                # The rows agree with each other: nothing has to be checked again,
                # nor found again by a stage.
                fetch("SET LOCAL session_replication_role = replica", [])
                _write(
                    desk
                    | {"texts": texts, "n": tickets}
                    | {"first": first, "last": last}
                )
    _restart_sequences()


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Make indexes at the end, from rows in their order: several times as fast."""
    from conversations.models.bulk import fetch

    found = fetch(
        """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
             FROM pg_index i
            WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS (
                SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
              AND NOT i.indisunique""",
        [list(SEEDED)],
    )
    for name, _ in found:
        fetch(f"DROP INDEX {name}", [])
    yield
    fetch("SET maintenance_work_mem = '512MB'", [])
    for _, definition in found:
        fetch(definition, [])


def _texts() -> list[str]:
    """A thousand texts of 45, 30 and 20 words; a third each, in this order."""
    chance = random.Random(7)
    return [
        " ".join(chance.choices(WORDS.split(), k=(45, 30, 20)[number % 3]))
        for number in range(999)
    ]


def _write(given: dict[str, Any]) -> None:
    from bench.seed_sql import STATEMENTS
    from conversations.models.bulk import fetch

    for statement in STATEMENTS:
        fetch(statement, given)


def _restart_sequences() -> None:
    """Let what comes next get the numbers after those that were given here."""
    from conversations.models.bulk import fetch

    for table in SEEDED:
        if table == "webcare_ticketmessage":  # its key is the message's
            continue
        fetch(
            f"""SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id))
                  FROM {table} HAVING max(id) IS NOT NULL""",
            [],
        )


SEEDED: Sequence[str] = (
    *(f"conversations_{name}" for name in ("author", "thread", "inboundevent")),
    *(f"conversations_{name}" for name in ("message", "delivery")),
    *(f"webcare_{name}" for name in ("ticket", "ticketevent", "turn", "clock")),
    *(f"webcare_{name}" for name in ("ending", "activity")),
    *(f"webcare_{name}" for name in ("reply", "ticketmessage", "note", "tickettag")),
    *(f"webcare_{name}" for name in ("externalreference", "follower", "ticketlink")),
    "webcare_searchentry",
)


if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    began = time.monotonic()
    fill(int(sys.argv[1]))
    with connection.cursor() as cursor:
        # What adds the days up is planned by what the planner knows of the rows.
        cursor.execute("VACUUM (ANALYZE, FREEZE)")
        call_command("roll_up")
        cursor.execute("VACUUM (ANALYZE, FREEZE)")
        cursor.execute("CHECKPOINT")
        rows = 0
        for table in (*SEEDED, "webcare_decision"):
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
            rows += int(cursor.fetchone()[0])
    spent = time.monotonic() - began
    print(f"{rows:,} rows in {spent:,.0f} s: {rows / spent:,.0f} a second")
