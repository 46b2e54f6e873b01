"""The questions a desk asks of its own tickets, and what counts as an answer."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import TextChoices
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST_ANSWER = 500
MOST_DIGITS = 11  # before the point; four more behind it
PLACES = 4
LONGEST_CHOICE = 100
MOST_CHOICES = 50
LONGEST_KEY = 50
# What no column of text holds: a NUL, and halves of a pair without the other.
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


class FieldKind(TextChoices):
    TEXT = "text", gettext_lazy("Text")
    CHOICE = "choice", gettext_lazy("Choice")
    NUMBER = "number", gettext_lazy("Number")
    DATE = "date", gettext_lazy("Date")
    CHECKBOX = "checkbox", gettext_lazy("Checkbox")


Answer = str | Decimal | date | bool


def is_key(text: str) -> bool:
    """Small letters and digits, with single dashes or underscores between."""
    return len(text) <= LONGEST_KEY and _KEY.fullmatch(text) is not None


def column_of(kind: str) -> str:
    """Where an answer of this kind is kept."""
    return "text" if kind == FieldKind.CHOICE else kind


def refuse_choices(kind: FieldKind, choices: Sequence[str]) -> None:
    """Raise ValueError unless these choices suit a field of this kind."""
    if kind != FieldKind.CHOICE and choices:
        raise ValueError(_("Only a field of the kind choice has choices."))
    if kind == FieldKind.CHOICE and not choices:
        raise ValueError(_("Name at least one choice."))
    if len(set(choices)) < len(choices):
        raise ValueError(_("Name each choice once."))


def read_answer(kind: str, given: Any, choices: Sequence[str] = ()) -> Answer:
    """Return what `given`, from a body or an address, means as an answer.

    Raises ValueError with a sentence that says what would be one.
    """
    match kind:
        case FieldKind.NUMBER:
            return _number(given)
        case FieldKind.DATE:
            return _date(given)
        case FieldKind.CHECKBOX:
            return _checkbox(given)
        case FieldKind.CHOICE:
            return _choice(given, choices)
        case _:
            return _text(given)


def _text(given: Any) -> str:
    kept = given.strip() if isinstance(given, str) else ""
    if not 0 < len(kept) <= LONGEST_ANSWER or _UNKEEPABLE.search(kept):
        raise ValueError(_("Send a text of 1 to 500 characters, or null."))
    return kept


def _choice(given: Any, choices: Sequence[str]) -> str:
    if not isinstance(given, str) or given not in choices:
        raise ValueError(_("Choose from: %s.") % ", ".join(choices))
    return given


def _number(given: Any) -> Decimal:
    sentence = _("Send a number with up to 11 digits and 4 decimals, or null.")
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise ValueError(sentence)
    try:
        number = Decimal(given if isinstance(given, str) else str(given))
    except InvalidOperation as error:
        raise ValueError(sentence) from error
    if number == 0:
        return Decimal(0)
    if not number.is_finite() or not -PLACES <= number.adjusted() < MOST_DIGITS:
        raise ValueError(sentence)
    kept = round(number, PLACES)
    if kept != number:
        raise ValueError(sentence)
    return kept


def _date(given: Any) -> date:
    try:
        found = parse_date(given) if isinstance(given, str) else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(_("Send a date like 2026-03-01, or null."))
    return found


def _checkbox(given: Any) -> bool:
    known = {"true": True, "false": False}
    if isinstance(given, bool):
        return given
    if not isinstance(given, str) or given not in known:
        raise ValueError(_("Send true, false or null."))
    return known[given]
