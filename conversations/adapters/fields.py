"""The fields of one foreign object, checked by hand.

A serializer framework costs some hundred microseconds a message; this costs ten, at
thousands of messages a second. What is wrong is noted per field and reading goes on,
so that the sender learns everything at once.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from conversations.adapters.base import Visibility
from conversations.adapters.text import clean

MAX_ID = 255
MAX_ADDRESS = 2_000

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

_VISIBILITIES = {choice.value: choice for choice in Visibility}
# An id is compared and shown, never cleaned: what cannot be kept exactly is refused.
_ID = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,%d}" % MAX_ID)  # noqa: UP031
_ADDRESS = re.compile(r"(?i:https?)://[^\s\x00-\x20\x7f-\x9f\ud800-\udfff<>\"\\]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# RFC 3339; Python alone would also take weeks, ordinal days and bare dates.
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?"
    r"(Z|z|[+-]\d\d:\d\d)?"
)


class Fields:
    """Reads fields of `given` by name; `errors` holds what is wrong with them."""

    __slots__ = ("_given", "_path", "errors")

    def __init__(
        self, given: dict[str, Any], errors: dict[str, list[str]], path: str = ""
    ) -> None:
        self._given = given
        self._path = path
        self.errors = errors

    def refuse(self, name: str, sentence: str) -> None:
        self.errors.setdefault(self._path + name, []).append(sentence)

    def text(self, name: str, *, limit: int, required: bool = False) -> str:
        """Cleaned text of any number of lines; empty when there is none."""
        given = self._string(name, required=required)
        if len(given) > limit:
            self.refuse(name, f"Send at most {limit:,} characters, not {len(given):,}.")
            return ""
        return clean(given)

    def line(self, name: str, *, limit: int) -> str:
        """Cleaned text on one line, at most `limit` characters after cleaning too."""
        return " ".join(self.text(name, limit=limit).split())[:limit]

    def identifier(self, name: str, *, required: bool = False) -> str:
        """An id exactly as sent; empty when there is none."""
        given = self._string(name, required=required)
        if given and not _ID.fullmatch(given):
            self.refuse(
                name,
                f"Send 1 to {MAX_ID} characters without control characters.",
            )
        return given

    def flag(self, name: str, *, default: bool = False) -> bool:
        given = self._given.get(name)
        if given is None:
            return default
        if not isinstance(given, bool):
            self.refuse(name, "Send true or false.")
            return default
        return given

    def visibility(self, name: str) -> Visibility:
        given = self._string(name)
        if given and given not in _VISIBILITIES:
            self.refuse(name, f"Send one of: {', '.join(_VISIBILITIES)}.")
        return _VISIBILITIES.get(given, Visibility.PUBLIC)

    def address(self, name: str, *, required: bool = False) -> str:
        """A web address that is safe to offer as a link; empty when there is none."""
        given = self._string(name, required=required)
        if not given:
            return ""
        if len(given) > MAX_ADDRESS or not _ADDRESS.fullmatch(given):
            self.refuse(
                name,
                "Send an address that starts with https:// or http://, of at most"
                f" {MAX_ADDRESS:,} characters.",
            )
        return given

    def language(self, name: str, *, limit: int) -> str:
        """A language tag (BCP 47) in lower case; empty when there is none."""
        given = self._string(name)
        if given and (len(given) > limit or not _LANGUAGE.fullmatch(given)):
            self.refuse(name, "Send a language tag such as nl or en-GB.")
        return given.lower()

    def time(
        self, name: str, *, latest: datetime, required: bool = False
    ) -> datetime | None:
        """A moment in UTC, from 1970 to `latest`; None when there is none."""
        given = self._string(name, required=required)
        if not given:
            return None
        moment = self._moment(name, given)
        if moment is not None and not EARLIEST <= moment <= latest:
            self.refuse(
                name,
                f"Send a time from 1970 to {latest:%Y-%m-%dT%H:%M}Z at the latest.",
            )
        return moment

    def _moment(self, name: str, given: str) -> datetime | None:
        form = _TIME.fullmatch(given)
        if form is None:
            self.refuse(name, "Send a time like 2026-03-01T09:30:00Z (RFC 3339).")
        elif form[1] is None:
            self.refuse(name, "Add the time zone: end with Z or an offset as +01:00.")
        else:
            try:
                return datetime.fromisoformat(given.upper()).astimezone(UTC)
            except (ValueError, OverflowError):
                self.refuse(name, "Send a day and time that exist.")
        return None

    def within(self, name: str, *, required: bool = False) -> "Fields | None":
        """The fields of an object inside this one; None when there is none."""
        given = self._given.get(name)
        if isinstance(given, dict):
            return Fields(given, self.errors, f"{self._path}{name}.")
        if given is not None or required:
            self.refuse(name, "Send an object.")
        return None

    def each(self, name: str, *, limit: int) -> "list[Fields]":
        """The fields of every object in a list inside this one."""
        given = self._given.get(name)
        if given is None:
            return []
        if not isinstance(given, list) or len(given) > limit:
            self.refuse(name, f"Send a list of at most {limit} objects.")
            return []
        if not all(isinstance(one, dict) for one in given):
            self.refuse(name, "Send objects in this list.")
            return []
        return [
            Fields(one, self.errors, f"{self._path}{name}.{index}.")
            for index, one in enumerate(given)
        ]

    def _string(self, name: str, *, required: bool = False) -> str:
        given = self._given.get(name)
        if isinstance(given, str):
            if required and not given.strip():
                self.refuse(name, "This is required and may not be blank.")
            return given
        if given is not None:
            self.refuse(name, "Send text, in quotes.")
        elif required:
            self.refuse(name, "This is required.")
        return ""


def a_day_after(now: datetime) -> datetime:
    """How far ahead a platform's clock may be before we doubt what it says."""
    return now + timedelta(days=1)
