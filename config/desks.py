"""Which database of `make up` is the desk: the demo's, until somebody left it.

The choice is one small file, written whole or not at all. Where there is none, it is
the demo's. Why it is made like this: docs/decisions/0021-leaving-the-demo.md.
"""

import json
from pathlib import Path
from typing import NamedTuple

from config import embedded

DEMO = "webcare"


class OwnDesk(NamedTuple):
    """A desk of one's own: its database, and the zone in which its days begin."""

    database: str
    time_zone: str


class Unreadable(RuntimeError):
    """The file is there and does not say which desk; guessing could show the wrong."""


def own() -> OwnDesk | None:
    """Return the desk that the demo was left for; None for the demo itself.

    Raises Unreadable.
    """
    path = _file()
    if not path.exists():
        return None
    try:
        return OwnDesk(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise Unreadable(
            f"{path} does not say which desk this is. It names a `database` of this "
            f"folder and its `time_zone`; without the file it is the demo."
        ) from error


def choose(desk: OwnDesk) -> None:
    """From now on, and after any crash, this is the desk."""
    embedded.write(_file(), json.dumps(desk._asdict(), indent=2) + "\n")


def leaving() -> Path:
    """Return the folder in which a desk of one's own is asked for."""
    return embedded.private(home() / "leaving")


def home() -> Path:
    """Return the folder of `make up`."""
    return embedded.private(embedded.var() / "up")


def _file() -> Path:
    return embedded.var() / "up" / "desk.json"
