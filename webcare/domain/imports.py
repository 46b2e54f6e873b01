"""Exports of other tools: how a file is read, which column is what, what a row says."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from hashlib import sha256
from io import StringIO
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webcare.domain.import_dates import DayOrder, Unreadable, moment

ENCODINGS = ("utf-8", "utf-16", "cp1252")
DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 65_536  # characters that are looked at to tell the delimiter
MOST_COLUMNS = 200
LONGEST_TEXT = 50_000
LONGEST_NAME = 200
LONGEST_ID = 150
OURS = frozenset(
    ("out", "outbound", "outgoing", "agent", "sent", "reply", "brand", "us", "company")
) | frozenset(("uit", "uitgaand", "verzonden", "antwoord", "medewerker", "wij"))


class ImportState(TextChoices):
    WAITING = "waiting", gettext_lazy("Being looked at")
    RUNNING = "running", gettext_lazy("Being read")
    DONE = "done", gettext_lazy("Read")


class Target(TextChoices):
    """What a column can be."""

    TEXT = "text", gettext_lazy("What was written")
    POSTED_AT = "posted_at", gettext_lazy("When it was written")
    AUTHOR = "author", gettext_lazy("Who wrote it")
    AUTHOR_ID = "author_id", gettext_lazy("Number of who wrote it")
    ID = "id", gettext_lazy("Number of the message")
    THREAD = "thread", gettext_lazy("Number of the conversation")
    DIRECTION = "direction", gettext_lazy("From them or from us")
    ANSWER = "answer", gettext_lazy("Our answer")
    ANSWERED_AT = "answered_at", gettext_lazy("When we answered")
    LANGUAGE = "language", gettext_lazy("Language")


NEEDED = (Target.TEXT, Target.POSTED_AT)
# What columns are called elsewhere, in small letters and without signs between; of
# several columns the first name in the list decides.
HEADINGS: Mapping[Target, tuple[str, ...]] = {
    Target.TEXT: (
        "text", "message", "message text", "content", "body", "description", "comment",
        "question", "tekst", "bericht", "berichttekst", "inhoud", "vraag",
        "omschrijving", "melding", "subject", "onderwerp",
    ),
    Target.POSTED_AT: (
        "posted at", "created at", "created", "date", "datetime", "timestamp",
        "message date", "received at", "received", "published at", "opened at",
        "date created", "datum", "datum tijd", "aangemaakt", "aangemaakt op",
        "aanmaakdatum", "ontvangen", "ontvangen op", "geplaatst op", "tijdstip",
    ),
    Target.AUTHOR: (
        "author", "author name", "from", "sender", "sender name", "customer",
        "customer name", "name", "user", "username", "handle", "requester",
        "requester name", "contact", "afzender", "auteur", "van", "klant", "klantnaam",
        "naam", "gebruiker", "gebruikersnaam", "aanvrager",
    ),
    Target.AUTHOR_ID: (
        "author id", "user id", "customer id", "contact id", "requester id",
        "klantnummer", "klant id", "gebruiker id",
    ),
    Target.ID: (
        "message id", "id", "external id", "item id", "bericht id", "berichtnummer",
        "nummer",
    ),
    Target.THREAD: (
        "conversation id", "conversation", "thread", "thread id", "ticket id",
        "ticket", "ticket number", "case id", "case", "gesprek", "gesprek id",
        "ticketnummer", "zaaknummer", "conversatie", "dossier",
    ),
    Target.DIRECTION: (
        "direction", "type", "message type", "richting", "soort", "in uit",
    ),
    Target.ANSWER: (
        "answer", "reply", "response", "agent reply", "antwoord", "reactie",
        "ons antwoord",
    ),
    Target.ANSWERED_AT: (
        "answered at", "replied at", "response date", "first reply at",
        "first response at", "first response", "beantwoord op", "beantwoord",
        "antwoorddatum", "gereageerd op", "eerste reactie",
    ),
    Target.LANGUAGE: ("language", "lang", "locale", "taal"),
}  # fmt: skip


class Opened(NamedTuple):
    """A file as text, and how it was told."""

    text: str
    encoding: str


class Said(NamedTuple):
    """What a row says: one message, and perhaps our answer, in the generic format."""

    items: tuple[dict[str, Any], ...]
    problems: tuple[str, ...]


def opened(body: bytes, encoding: str = "") -> Opened:
    """Read `body` as text. Raises ValueError where no encoding fits."""
    for one in (encoding,) if encoding else _likely(body):
        try:
            text = body.decode("utf-8-sig" if one == "utf-8" else one)
        except UnicodeError:
            continue
        if "\0" not in text:
            return Opened(text, one)
    raise ValueError(_("This is no text file: export it as CSV."))


def _likely(body: bytes) -> tuple[str, ...]:
    marked = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    return ("utf-16",) if marked else ("utf-8", "cp1252")


def delimiter_of(text: str) -> str:
    """Return what stands between the columns of `text`."""
    sample = text[:SAMPLE]
    try:
        return csv.Sniffer().sniff(sample, "".join(DELIMITERS)).delimiter
    except csv.Error:
        first = sample.partition("\n")[0]
        return max(DELIMITERS, key=first.count)


class _Lines:
    """The lines of a text from a place on, which says how far was read."""

    def __init__(self, text: str, at: int) -> None:
        self._source = StringIO(text, newline="")
        self._source.seek(0)
        self._source.read(at)
        self.at = at

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._source.readline()
        if not line:
            raise StopIteration
        self.at += len(line)
        return line


def rows_of(text: str, delimiter: str, at: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that holds something, with the place behind it."""
    lines = _Lines(text, at)
    csv.field_size_limit(2 * LONGEST_TEXT)
    for row in csv.reader(lines, delimiter=delimiter):
        if any(cell.strip() for cell in row):
            yield lines.at, row


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Return which column is what, as far as its name tells: target -> column."""
    known = [" ".join(_words(one)) for one in headings]
    found: dict[str, int] = {}
    for target, names in HEADINGS.items():
        for name in names:
            if name in known and known.index(name) not in found.values():
                found[target.value] = known.index(name)
                break
    return found


def _words(heading: str) -> list[str]:
    signs = "".join(one if one.isalnum() else " " for one in heading.casefold())
    return signs.split()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rows: which column is what, how dates stand there, and in which zone."""

    columns: Mapping[str, int]
    day_order: DayOrder
    zone: tzinfo
    now: datetime

    def read(self, row: Sequence[str]) -> Said:
        """Return what a row says; sentences say what is wrong with it."""
        problems: list[str] = []
        text = self._cell(row, Target.TEXT)
        posted_at = self._moment(row, Target.POSTED_AT, problems)
        if not text:
            problems.append(_("Nothing was written."))
        if len(text) > LONGEST_TEXT:
            problems.append(_("The text is too long."))
        if problems or posted_at is None:
            return Said((), tuple(problems) or (_("There is no date."),))
        message = self._message(row, text, posted_at)
        answer = self._answer(row, message, posted_at, problems)
        if problems:
            return Said((), tuple(problems))
        return Said((message, answer) if answer else (message,), ())

    def _cell(self, row: Sequence[str], target: Target) -> str:
        at = self.columns.get(target.value)
        return row[at].strip() if at is not None and at < len(row) else ""

    def _moment(
        self, row: Sequence[str], target: Target, problems: list[str]
    ) -> datetime | None:
        given = self._cell(row, target)
        if not given:
            return None
        try:
            found = moment(given, self.day_order, self.zone)
        except Unreadable:
            shown = {"date": given[:40]}
            problems.append(_("“%(date)s” is no date that can be read.") % shown)
            return None
        if found > self.now:
            problems.append(_("“%(date)s” is still to come.") % {"date": given[:40]})
        return found

    def _message(
        self, row: Sequence[str], text: str, posted_at: datetime
    ) -> dict[str, Any]:
        author = self._cell(row, Target.AUTHOR)[:LONGEST_NAME]
        number = self._cell(row, Target.AUTHOR_ID) or author
        fact = "\n".join((number, posted_at.astimezone(UTC).isoformat(), text))
        own = self._cell(row, Target.ID) or sha256(fact.encode()).hexdigest()[:40]
        thread = self._cell(row, Target.THREAD)
        language = self._cell(row, Target.LANGUAGE).lower()[:2]
        return {
            "external_id": f"import:{own[:LONGEST_ID]}",
            "thread": f"import:{(thread or own)[:LONGEST_ID]}",
            "author": {
                "external_id": f"import:{(number or own)[:LONGEST_ID]}",
                "name": author,
                "handle": author.removeprefix("@"),
            },
            "text": text,
            "posted_at": posted_at.isoformat(),
            "outbound": self._cell(row, Target.DIRECTION).casefold() in OURS,
            "history": True,
        } | (
            {"language": language} if language.isascii() and language.isalpha() else {}
        )

    def _answer(
        self,
        row: Sequence[str],
        message: Mapping[str, Any],
        asked_at: datetime,
        problems: list[str],
    ) -> dict[str, Any] | None:
        """Our answer beside the question; one without a text still has its time."""
        text = self._cell(row, Target.ANSWER)
        answered_at = self._moment(row, Target.ANSWERED_AT, problems)
        if answered_at is None or message["outbound"]:
            return None
        if answered_at < asked_at:
            problems.append(_("The answer stands before the question."))
        return {
            "external_id": f"{message['external_id']}:answer",
            "thread": message["thread"],
            "in_reply_to": message["external_id"],
            "author": {"external_id": "import:us"},
            "text": text[:LONGEST_TEXT] or "…",
            "posted_at": answered_at.isoformat(),
            "outbound": True,
            "history": True,
        }
