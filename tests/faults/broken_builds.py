"""Copies of the code that break one promise each, to see that the rig finds out."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.desk import CHECKOUT

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "var", "static", "__pycache__", ".mypy_cache", ".ruff_cache"
)


@dataclass(frozen=True, slots=True)
class Break:
    """A change of some lines, and of the database where that guards as well."""

    path: str
    lines: dict[str, str]
    sql: list[str] = field(default_factory=list)


BREAKS = {
    "answers before the commit": Break(
        "conversations/actions/ingestion.py",
        {
            "    [[kept]] = fetch(keep, given, prepared=True)\n": (
                "    import threading\n"
                "    threading.Timer(0.5, fetch, [keep, given]).start()\n"
                "    kept = len(keys)\n"
            )
        },
    ),
    "ends the work before it is done": Break(
        "conversations/actions/batches.py",
        {"@transaction.atomic\ndef _commit": "def _commit"},
    ),
    "looks, then inserts": Break(
        "conversations/actions/messages.py",
        {
            "ON CONFLICT (channel_id, external_id) DO NOTHING": "",
            # Before authors and threads are locked, where a careless hand would put it.
            "    authors = _upsert_authors(reads)\n": (
                "    known = 'SELECT external_id FROM conversations_message'\n"
                "    there = {name for [name] in fetch(known, [])}\n"
                "    reads = [r for r in reads if r.key[1] not in there]\n"
                "    __import__('time').sleep(0.4)\n"
                "    authors = _upsert_authors(reads)\n"
            ),
        },
        [
            "ALTER TABLE conversations_message"
            " DROP CONSTRAINT message_is_kept_once_per_channel",
        ],
    ),
    "sends again when in doubt": Break(
        "conversations/actions/delivery.py",
        {
            "settling.uncertain(delivery, reason=str(error))": (
                "settling.deferred(delivery, reason=str(error), retry_after=None)"
            )
        },
    ),
}


def make(name: str, folder: Path) -> Path:
    """Return a copy of the checkout with one promise broken."""
    copy = folder / "checkout"
    shutil.copytree(CHECKOUT, copy, ignore=LEFT_OUT)
    broken = copy / BREAKS[name].path
    text = broken.read_text()
    for ours, theirs in BREAKS[name].lines.items():
        assert text.count(ours) == 1, f"{BREAKS[name].path} has changed: {ours!r}"
        text = text.replace(ours, theirs)
    broken.write_text(text)
    return copy
