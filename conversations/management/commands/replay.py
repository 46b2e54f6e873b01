import json
import math
import os
import sys
import time
from argparse import ArgumentTypeError
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations.archive import Line, UnusableFile, read_rows, to_archive
from conversations.replay import (
    Address,
    Intake,
    Pace,
    ReplayStopped,
    Tally,
    replay,
)

_NAMED = ("text", "posted_at", "external_id", "author", "thread", "language", "topic")
_BAR = 30  # characters
_SHOWN = 10  # complaints


class Command(BaseCommand):
    help = "Send the messages of a file through the HTTP intake, as if written now."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("file", type=Path, help=".csv, .jsonl or .json, also with .gz")
        add("--url", help="of the desk; by default the one in var/demo.json")
        add("--channel", help="its slug; by default the first in var/demo.json")
        add("--token", default=os.environ.get("WEBCARE_TOKEN", ""))
        add("--secret", default="", help="sign a webhook instead of using a token")
        add("--speed", type=_speed, default=1.0, help="times life's; 0 or max: all")
        add("--batch", type=_batch, default=100, help="most messages in one call")
        add("--limit", type=int, help="send only the first so many rows")
        add("--shuffle", type=int, metavar="SEED", help="send in another order")
        add("--keep-times", action="store_true", help="do not move times to now")
        add("--patience", type=float, default=300.0, help="seconds a desk may be gone")
        for name in _NAMED:
            add(f"--{name.replace('_', '-')}-column", metavar="COLUMN")

    def handle(self, *args: Any, **given: Any) -> None:
        lines = _lines(given)
        pace = Pace(
            given["speed"], given["batch"], given["keep_times"], given["shuffle"]
        )
        intake = Intake(_address(given), patience=given["patience"])
        bar = _Bar(len(lines))
        try:
            replay(lines, intake, pace, progress=bar.show)
        except ReplayStopped as error:
            intake.tally.complaints.append(str(error))
        except KeyboardInterrupt:
            intake.tally.complaints.append("Stopped by hand.")
        bar.end()
        self._sum_up(intake.tally)

    def _sum_up(self, tally: Tally) -> None:
        self.stdout.write(
            f"sent {tally.sent}  accepted {tally.accepted}  duplicate"
            f" {tally.duplicate}  rejected {tally.rejected}  lost {tally.lost}"
            f"  retries {tally.retries}  in {tally.seconds:.1f} s,"
            f" {tally.rate:.0f} a second"
        )
        for complaint in tally.complaints[:_SHOWN]:
            self.stderr.write(complaint)
        if not tally.is_complete:
            raise CommandError("Not every message reached the desk.")


class _Bar:
    """A bar on a terminal; elsewhere nothing, so that logs stay readable."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.shown_at = -math.inf

    def show(self, tally: Tally) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self.shown_at < 0.1:
            return
        self.shown_at = now
        done = _BAR * tally.sent // max(self.total, 1)
        sys.stderr.write(
            f"\r[{'█' * done}{'░' * (_BAR - done)}] {tally.sent}/{self.total}"
            f"  {tally.rate:.0f}/s  {tally.retries} retries "
        )
        sys.stderr.flush()

    def end(self) -> None:
        if self.shown_at > 0:
            sys.stderr.write("\n")


def _lines(given: dict[str, Any]) -> list[Line]:
    path: Path = given["file"]
    columns = {
        name: given[f"{name}_column"] for name in _NAMED if given[f"{name}_column"]
    }
    try:
        rows = list(islice(read_rows(path), given["limit"]))
        return to_archive(rows, name=path.name.split(".")[0], columns=columns)
    except UnusableFile as error:
        raise CommandError(str(error)) from error


def _address(given: dict[str, Any]) -> Address:
    """Where to send to; what was not said comes from the running demo desk."""
    demo = _demo()
    own_desk = given["url"] is None
    url = given["url"] or demo.get("url")
    channel = given["channel"] or next(
        (one["slug"] for one in demo.get("channels", [])), None
    )
    token = given["token"] or (demo.get("token", "") if own_desk else "")
    if not url or not channel or not (token or given["secret"]):
        raise CommandError("Say --url, --channel, and --token or --secret.")
    return Address(url, channel, token, given["secret"])


def _demo() -> dict[str, Any]:
    folder = os.environ.get("WEBCARE_VAR", settings.BASE_DIR / "var")
    try:
        found = json.loads((Path(folder) / "demo.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _speed(text: str) -> float:
    if text == "max":
        return 0.0
    speed = float(text)
    if not 0 <= speed < math.inf:
        raise ArgumentTypeError("A factor is 0 or more.")
    return speed


def _batch(text: str) -> int:
    if not 1 <= int(text) <= 1_000:
        raise ArgumentTypeError("One call holds 1 to 1,000 messages.")
    return int(text)
