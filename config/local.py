"""What a developer's machine or a demo needs and production is given: keys, servers."""

import base64
import os
import secrets
from pathlib import Path

from config import embedded


def provide() -> None:
    """Set the keys and the addresses of the servers where they are unset.

    They are those of `make up`, so that a command beside a running desk joins it.
    """
    folder = embedded.var() / "up"
    _provide_key("SECRET_KEY", folder, secrets.token_urlsafe(48))
    fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    _provide_key("FIELD_KEY", folder, fernet)
    embedded.provide("up")


def _provide_key(name: str, folder: Path, fresh: str) -> None:
    if os.environ.get(name) or os.environ.get(f"{name}_FILE"):
        return
    path = embedded.private(folder) / name.lower()
    if not path.exists():
        _write_once(path, fresh)
    os.environ[f"{name}_FILE"] = str(path)


def write(path: Path, text: str) -> None:
    """Write a file that only its owner reads; a reader sees all of it or the old."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    _write(beside, text)
    beside.replace(path)


def _write_once(path: Path, text: str) -> None:
    # Of two processes that both need the first key, one makes it for both.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    _write(beside, text)
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def _write(path: Path, text: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        file.write(text)
