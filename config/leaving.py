"""Leaving the demo: a desk of one's own is made beside it, and takes its place.

Who asks writes `asked.json`; nothing of the demo is changed until there is a whole desk
to go to, and writing which one it is (`desks.choose`) is the one step that counts.
Interrupted before that, all of it is done again; after it, only what is left is.
"""

import json
import os
import re
import time
from contextlib import suppress
from typing import NamedTuple

import psycopg
import redis

from config import desks, embedded, running
from config.embedded import postgres
from config.running import Failed, manage, step

EMPTY = "empty"  # the database that is kept for this
SEEN = 2.5  # seconds in which an open page can see that it will be away for a while


class Asked(NamedTuple):
    """A desk that somebody asked for, and all that was said of it, as JSON."""

    desk: desks.OwnDesk
    text: str


def asked() -> Asked | None:
    """Return what was asked for, if anything; what cannot be read is no such thing."""
    try:
        text = (desks.leaving() / "asked.json").read_text()
        given = json.loads(text)
        if not re.fullmatch("[0-9a-f]{32}", given["id"]):
            raise ValueError
        desk = desks.OwnDesk(f"desk_{given['id']}", given["time_zone"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        forget()
        return None
    return Asked(desk, text)


def leave(wanted: Asked) -> bool:
    """Make the desk, stop the demo, and choose the desk; return whether it worked.

    Nothing runs on return if it did; if not, all goes on as before.
    """
    try:
        with step("\n  Making a desk of your own"):
            make(wanted)
    except (Failed, OSError, psycopg.Error) as error:
        running.say(f"\nThe demo goes on: {error}")
        _give_up(wanted)
        return False
    with step("  Stopping the demo"):
        _tell("restart")
        time.sleep(SEEN)
        running.stop()
        _forget_nudges()
    desks.choose(wanted.desk)
    forget()
    return True


def _give_up(wanted: Asked) -> None:
    _tell("failed")
    (desks.leaving() / "asked.json").unlink(missing_ok=True)
    with suppress(psycopg.Error):
        postgres.drop(os.environ["DATABASE_URL"], wanted.desk.database)


def make(wanted: Asked) -> None:
    """Make the database of the desk with all that was said of it. Raises Failed."""
    _tell("database")
    demo, name = os.environ["DATABASE_URL"], wanted.desk.database
    has_copy = postgres.has(demo, EMPTY)
    address = postgres.make_anew(demo, name, EMPTY if has_copy else "template1")
    place = {"DATABASE_URL": address, "DESK_TIME_ZONE": wanted.desk.time_zone}
    manage("migrate", "--no-input", **place)
    _tell("desk")
    manage("begin_desk", "--json", given=wanted.text, **place)


def keep_empty() -> None:
    """Keep a copy of the tables while nothing is in them yet: with it leaving is quick.

    They took most of a first start; a copy of them takes a moment.
    """
    address = os.environ["DATABASE_URL"]
    if postgres.has(address, EMPTY):
        return
    with psycopg.connect(address) as connection:
        filled = "SELECT EXISTS (SELECT FROM webcare_desksetting)"
        filled += " OR EXISTS (SELECT FROM conversations_channel)"
        [is_filled] = connection.execute(filled).fetchone() or [True]
    if is_filled:
        return
    # Somebody who looks into it just now is not in the way of a desk, only of a copy.
    with suppress(psycopg.errors.ObjectInUse):
        postgres.make_anew(postgres.beside(address, "postgres"), EMPTY, desks.DEMO)


def forget() -> None:
    """Nobody asks any more, and nothing is told of it."""
    for name in ("asked.json", "told.json"):
        (desks.leaving() / name).unlink(missing_ok=True)


def _tell(how_far: str) -> None:
    """Let the pages know; webcare/queries/leaving.py reads it."""
    text = json.dumps({"step": how_far})
    embedded.write(desks.leaving() / "told.json", text)


def _forget_nudges() -> None:
    """What rang for the demo need not ring for the desk, where it finds nothing."""
    address = os.environ["REDIS_URL"]
    with suppress(redis.RedisError), redis.Redis.from_url(address) as client:
        client.flushdb()
