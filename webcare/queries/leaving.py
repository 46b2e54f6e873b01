"""How far somebody is who leaves the demo for a desk of their own."""

import json
from pathlib import Path

from django.conf import settings
from django.db.models import TextChoices


class Step(TextChoices):
    """What `make up` is at, in this order; `failed` is the end of one that is not."""

    ASKED = "asked"
    DATABASE = "database"
    DESK = "desk"
    RESTART = "restart"
    FAILED = "failed"


def can_be_left() -> bool:
    """Whether this is a demo that `make up` can be asked to leave."""
    return bool(settings.LEAVING_FOLDER)


def step() -> Step | None:
    """Return how far leaving is; None where nobody has asked."""
    if not can_be_left():
        return None
    folder = Path(settings.LEAVING_FOLDER)
    told = _told(folder)
    if (folder / "asked.json").exists():
        return told if told not in (None, Step.FAILED) else Step.ASKED
    return Step.FAILED if told == Step.FAILED else None


def _told(folder: Path) -> Step | None:
    try:
        return Step(json.loads((folder / "told.json").read_text())["step"])
    except (OSError, ValueError, KeyError):
        return None
