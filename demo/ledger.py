"""What the stand-in platform knows: the truth about what was posted."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_id TEXT NOT NULL,
    thread TEXT,
    in_reply_to TEXT,
    text TEXT NOT NULL,
    visibility TEXT NOT NULL,
    accepted_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS posts_of_delivery ON posts (delivery_id);
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    method TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    called_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS calls_of_delivery ON calls (delivery_id);
CREATE TABLE IF NOT EXISTS files (
    file_id TEXT PRIMARY KEY,
    delivery_id TEXT NOT NULL,
    type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    name TEXT,
    alt TEXT,
    post TEXT
);
"""


@dataclass(frozen=True, slots=True)
class Post:
    """A text as it stands on the platform; times in seconds since 1970."""

    external_id: str
    delivery_id: str
    thread: str | None
    in_reply_to: str | None
    text: str
    visibility: str
    accepted_at: float


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed over; name, alt and post are known once it is posted."""

    file_id: str
    delivery_id: str
    type: str
    sha256: str
    size: int
    name: str | None
    alt: str | None
    post: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """One request that carried a good signature, and what was done with it."""

    method: str
    delivery_id: str
    outcome: str
    called_at: float


class Ledger:
    """An append-only SQLite file. What a method wrote is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._rows = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=30
        )
        self._rows.execute("PRAGMA journal_mode = WAL")
        self._rows.execute("PRAGMA synchronous = FULL")
        self._rows.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._rows.close()

    def tries_of(self, delivery_id: str) -> int:
        """How often this delivery was sent to us, whatever came of it."""
        with self._lock:
            row = self._rows.execute(
                "SELECT count(*) FROM calls WHERE method <> 'GET' AND delivery_id = ?",
                [delivery_id],
            ).fetchone()
        return int(row[0])

    def note(self, method: str, delivery_id: str, outcome: str) -> None:
        with self._lock, self._transaction():
            self._note(method, delivery_id, outcome)

    def accept(
        self, given: Mapping[str, Any], outcome: str, *, idempotent: bool
    ) -> str:
        """The id of the post; a new one unless `idempotent` and already there."""
        delivery_id = str(given["delivery_id"])
        with self._lock, self._transaction():
            self._note("POST", delivery_id, outcome)
            known = self._id_of(delivery_id) if idempotent else None
            return known or self._post(delivery_id, given)

    def keep(
        self, delivery_id: str, file_id: str, kind: str, digest: str, size: int
    ) -> None:
        """The same file again is the same file."""
        with self._lock, self._transaction():
            self._rows.execute(
                "INSERT INTO files (file_id, delivery_id, type, sha256, size)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " type = excluded.type, sha256 = excluded.sha256, size = excluded.size",
                [file_id, delivery_id, kind, digest, size],
            )

    def has_all(self, given: Mapping[str, Any]) -> bool:
        """Whether every file that a post names was handed over as it is named."""
        wanted = {(one["id"], one["sha256"]) for one in given.get("attachments", ())}
        with self._lock:
            found = self._rows.execute(
                "SELECT file_id, sha256 FROM files WHERE delivery_id = ?",
                [str(given["delivery_id"])],
            )
            return wanted <= set(found)

    def id_of(self, delivery_id: str) -> str | None:
        with self._lock:
            return self._id_of(delivery_id)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._rows.execute("BEGIN IMMEDIATE")
        with self._rows:
            yield

    def _note(self, method: str, delivery_id: str, outcome: str) -> None:
        self._rows.execute(
            "INSERT INTO calls (method, delivery_id, outcome, called_at)"
            " VALUES (?, ?, ?, ?)",
            [method, delivery_id, outcome, time.time()],
        )

    def _post(self, delivery_id: str, given: Mapping[str, Any]) -> str:
        row = self._rows.execute(
            "INSERT INTO posts (delivery_id, thread, in_reply_to, text, visibility,"
            " accepted_at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                delivery_id,
                given.get("thread"),
                given.get("in_reply_to"),
                given["text"],
                given["visibility"],
                time.time(),
            ],
        )
        post = f"post-{row.lastrowid}"
        self._rows.executemany(
            "UPDATE files SET name = ?, alt = ?, post = ? WHERE file_id = ?",
            [
                (one["name"], one["alt"], post, one["id"])
                for one in given.get("attachments", ())
            ],
        )
        return post

    def _id_of(self, delivery_id: str) -> str | None:
        row = self._rows.execute(
            "SELECT min(id) FROM posts WHERE delivery_id = ?", [delivery_id]
        ).fetchone()
        return None if row[0] is None else f"post-{row[0]}"


def posts_in(path: Path) -> list[Post]:
    """Every post, in the order accepted; also while the platform is running."""
    columns = "delivery_id, thread, in_reply_to, text, visibility, accepted_at"
    query = f"SELECT 'post-' || id, {columns} FROM posts ORDER BY id"
    return [Post(*row) for row in _read(path, query)]


def files_in(path: Path) -> list[Upload]:
    """Every file, in the order handed over; also while the platform is running."""
    columns = "file_id, delivery_id, type, sha256, size, name, alt, post"
    query = f"SELECT {columns} FROM files ORDER BY rowid"
    return [Upload(*row) for row in _read(path, query)]


def calls_in(path: Path) -> list[Call]:
    """Every signed call, in the order noted; also while the platform is running."""
    query = "SELECT method, delivery_id, outcome, called_at FROM calls ORDER BY id"
    return [Call(*row) for row in _read(path, query)]


def _read(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path, timeout=30)) as rows:
        return rows.execute(query).fetchall()
