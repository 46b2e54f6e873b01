"""Readers for settings that come from the environment: one per kind of value."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """Return the value of `name`, or of the file that `name_FILE` points at.

    Raises ImproperlyConfigured, naming the variable, when neither is set and there
    is no default: production refuses to start half-configured.
    """
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE).")
    return value


def flag(name: str, default: bool = False) -> bool:
    """Return a yes/no setting; anything but 1, true, 0, false is refused."""
    value = os.environ.get(name, str(default)).lower()
    if value not in {"1", "true", "0", "false"}:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return value in {"1", "true"}


def number(name: str, default: int) -> int:
    """Return a whole number; anything else is refused with the variable's name."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must be a whole number, not {value!r}."
        ) from None


def words(name: str, default: str | None = None) -> list[str]:
    """Return a comma-separated list without blanks."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]
