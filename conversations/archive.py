"""Messages kept in a file: CSV or JSON lines, of any tool, in our generic format.

    rows = list(read_rows(Path("export.csv.gz")))
    archive = to_archive(rows, name="export", columns={"text": "tweet"})

Columns are guessed by their usual names; a name given by a person wins.
"""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

Row = dict[str, Any]

# Usual names of each field, the likeliest first; compared in lower case.
USUAL = {
    "text": ["text", "message", "body", "content", "full_text", "tweet", "comment"],
    "posted_at": [
        "posted_at",
        "created_at",
        "timestamp",
        "sent_at",
        "datetime",
        "date",
        "time",
    ],
    "external_id": ["external_id", "message_id", "tweet_id", "post_id", "id"],
    "author": ["author", "author_id", "username", "user", "handle", "screen_name"],
    "thread": ["thread", "thread_id", "conversation_id"],
    "in_reply_to": ["in_reply_to", "in_reply_to_id", "in_response_to_tweet_id"],
    "language": ["language", "lang"],
    "visibility": ["visibility"],
    "url": ["url", "permalink"],
    "edited_at": ["edited_at"],
    "addressed": ["addressed"],
    "outbound": ["outbound"],
    "history": ["history"],
    "deleted": ["deleted"],
    "attachments": ["attachments"],
    # What the message is about, by somebody's judgement. Only ever named, never
    # guessed: the desk ignores it, and keeps it in the raw bytes.
    "topic": [],
}
_FLAGS = ("addressed", "outbound", "history", "deleted")
_COPIED = ("thread", "in_reply_to", "language", "visibility", "url", "topic")
# Spacing of a file that says nothing about times.
_STEP = timedelta(seconds=1)
_WRITTEN_TIMES = ("%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z")


class UnusableFile(Exception):
    """The file cannot be read as messages; the sentence says what to change."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message: when it was written, and its wire fields without any time."""

    at: datetime
    fields: Row
    edited_at: datetime | None = None


def read_rows(path: Path) -> Iterator[Row]:
    """Yield each row of a CSV, JSON lines or JSON file, gzipped or not, as a mapping.

    Raises UnusableFile, also for a file that is not UTF-8.
    """
    try:
        with _opened(path) as file:
            kind = path.name.removesuffix(".gz").rpartition(".")[2].lower()
            if kind in {"json", "jsonl", "ndjson"}:
                yield from _json_rows(file)
            else:
                yield from _csv_rows(file)
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
        raise UnusableFile(f"{path.name} cannot be read: {error}") from error


def to_archive(
    rows: Sequence[Row], *, name: str, columns: Mapping[str, str] | None = None
) -> list[Line]:
    """Return the messages of `rows`, oldest first.

    `columns` maps a field of the generic format to the column that holds it. What has
    no id or author gets one from `name` and the number of its row, from 1, so that
    the same file gives the same ids every time. Raises UnusableFile.
    """
    found = _columns(rows, columns or {})
    lines = []
    before = datetime.now(UTC) - _STEP * (len(rows) + 1)
    for number, row in enumerate(rows, 1):
        given = {field: row.get(column) for field, column in found.items()}
        at = _time(given.get("posted_at"), number) or before + _STEP
        edited_at = _time(given.get("edited_at"), number)
        lines.append(Line(at, _wire(given, f"{name}-{number}"), edited_at))
        before = at
    return sorted(lines, key=lambda line: line.at)


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _csv_rows(file: TextIO) -> Iterator[Row]:
    csv.field_size_limit(10_000_000)
    header = file.readline()
    file.seek(0)
    delimiter = max(",;\t", key=header.count)
    for row in csv.DictReader(file, delimiter=delimiter):
        yield {key: value for key, value in row.items() if key is not None}


def _json_rows(file: TextIO) -> Iterator[Row]:
    is_list = file.read(1) == "["
    file.seek(0)
    for number, row in enumerate(_json_values(file, is_list), 1):
        if not isinstance(row, dict):
            raise UnusableFile(f"Line {number} is not a JSON object.")
        yield row


def _json_values(file: TextIO, is_list: bool) -> Iterator[Any]:
    try:
        if is_list:
            yield from json.load(file)
        else:
            yield from (json.loads(line) for line in file if line.strip())
    except ValueError as error:
        raise UnusableFile(f"This is not JSON: {error}") from error


def _columns(rows: Sequence[Row], named: Mapping[str, str]) -> dict[str, str]:
    """Which column holds each field; what was named must be there."""
    present = {key.strip().lower(): key for row in rows for key in row}
    found = {}
    for field, usual in USUAL.items():
        wanted = [named[field].lower()] if field in named else usual
        name = next((name for name in wanted if name in present), None)
        if name is not None:
            found[field] = present[name]
        elif field in named or field == "text":
            there = ", ".join(present.values())
            raise UnusableFile(f"No column for {field}; the file has: {there}.")
    return _without_a_false_id(rows, found, named)


def _without_a_false_id(
    rows: Sequence[Row], found: dict[str, str], named: Mapping[str, str]
) -> dict[str, str]:
    """A guessed id that repeats is no id: it would swallow messages as duplicates."""
    column = found.get("external_id")
    if column and "external_id" not in named and column != "external_id":
        values = [row.get(column) for row in rows]
        if len({str(value) for value in values}) < len(values):
            del found["external_id"]
    return found


def _wire(given: Row, from_row: str) -> Row:
    fields: Row = {
        "external_id": str(given.get("external_id") or from_row),
        "author": _author(given.get("author"), from_row),
        "text": str(given.get("text") or ""),
    }
    fields |= {name: str(given[name]) for name in _COPIED if given.get(name)}
    fields |= {
        name: _flag(given[name]) for name in _FLAGS if given.get(name) not in (None, "")
    }
    if isinstance(given.get("attachments"), list):
        fields["attachments"] = given["attachments"]
    return fields


def _author(author: Any, from_row: str) -> Row:
    if isinstance(author, dict):
        return author
    if author in (None, ""):
        return {"external_id": from_row}
    return {"external_id": str(author), "handle": str(author)}


def _flag(value: Any) -> bool:
    return value is True or str(value).strip().lower() in {"1", "true", "yes", "t", "y"}


def _time(value: Any, number: int) -> datetime | None:
    """A moment in UTC; ISO 8601, seconds or milliseconds since 1970, or as written
    by mail and X. What names no zone is UTC; what is empty is None."""
    if value in (None, ""):
        return None
    text = str(value).strip()
    try:
        moment = _from_epoch(float(text)) if _is_number(text) else _written(text)
    except (ValueError, OverflowError, OSError) as error:
        raise UnusableFile(f"Row {number} has no readable time: {text[:40]}") from error
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal() and len(text.split(".")[0]) > 8


def _from_epoch(number: float) -> datetime:
    milliseconds = number > 1e11
    return datetime.fromtimestamp(number / 1_000 if milliseconds else number, UTC)


def _written(text: str) -> datetime:
    for form in _WRITTEN_TIMES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 (has %z)
        except ValueError:
            continue
    return datetime.fromisoformat(text)
