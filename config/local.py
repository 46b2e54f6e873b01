"""What a developer's machine or a demo needs and production is given: keys, servers."""

import base64
import os
import secrets
from pathlib import Path

from config import desks, embedded
from config.embedded.places import write_beside


def provide() -> None:
    """Set the keys and the addresses of the servers where they are unset.

    They are those of `make up`, so that a command beside a running desk joins it: the
    demo, or the desk that it was left for. Raises desks.Unreadable where nobody can
    tell which.
    """
    provide_for(None if os.environ.get("DATABASE_URL") else desks.own())


def provide_for(own: desks.OwnDesk | None) -> None:
    """The same for one desk: that of somebody's own, or the demo."""
    folder = embedded.var() / "up"
    _provide_key("SECRET_KEY", folder, secrets.token_urlsafe(48))
    fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    _provide_key("FIELD_KEY", folder, fernet)
    embedded.provide("up", own.database if own else desks.DEMO)
    if own:
        os.environ["DESK_TIME_ZONE"] = own.time_zone


def _provide_key(name: str, folder: Path, fresh: str) -> None:
    if os.environ.get(name) or os.environ.get(f"{name}_FILE"):
        return
    path = embedded.private(folder) / name.lower()
    if not path.exists():
        _write_once(path, fresh)
    os.environ[f"{name}_FILE"] = str(path)


def _write_once(path: Path, text: str) -> None:
    # Of two processes that both need the first key, one makes it for both.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    write_beside(beside, text)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
