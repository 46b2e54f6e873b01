"""Personal numbers and addresses, taken out of a text that leaves the desk.

Erring towards taking out: a colleague can ask for what is missing, nobody can call back
what was sent. Each pattern is bounded, so that a text takes time in its length only.
"""

import re
from collections.abc import Iterable

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban, luhn
from stdnum.exceptions import ValidationError
from stdnum.nl import bsn

MOST = 5_000  # characters of one text that are looked at and shown
REGION = "NL"  # where a number without a country code is from

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_HANDLE = re.compile(r"(?<![\w@])@\w{1,30}(?:@[\w.-]{1,80})?")
_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){10,30}\b")
_DIGITS = re.compile(r"(?<![\w.,-])\d(?:[ .-]?\d){7,18}(?![\w-])")
# In small letters with a space it is one only before a house number: *2026 om* is not.
_ADDRESS = re.compile(
    r"\b[1-9]\d{3}(?:(?: ?[A-Z]{2}|[a-z]{2})\b(?:[ ,]{0,2}\d{1,5}[A-Za-z]?\b)?"
    r"| (?!om|in|en|of|op|te|na|is)[a-z]{2} \d{1,5}[A-Za-z]?\b)"
)

_CARD = range(13, 20)  # digits
_CITIZEN = range(8, 10)


def redact(text: str, names: Iterable[str] = ()) -> str:
    """Return `text` without what identifies a person, each find named in brackets.

    Taken out are e-mail addresses, handles, IBANs, card numbers, numbers that pass the
    test of a Dutch citizen number, telephone numbers, postcodes with house numbers,
    and each of `names`. At most `MOST` characters are returned.
    """
    text = text[:MOST]
    text = _HANDLE.sub("[@]", text)
    text = _MAIL.sub("[e-mail]", text)
    text = _IBAN.sub(_account, text)
    text = _DIGITS.sub(_number, text)
    text = _without_telephones(text)
    text = _ADDRESS.sub("[postcode]", text)
    return _without_names(text, names)


def _account(found: re.Match[str]) -> str:
    """An account number may be followed by words that look like more of it."""
    groups = found[0].split(" ")
    for end in range(len(groups), 0, -1):
        if iban.is_valid("".join(groups[:end])):
            return " ".join(["[IBAN]", *groups[end:]])
    return found[0]


def _number(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    if len(digits) in _CARD and luhn.is_valid(digits):
        return "[card]"
    if len(digits) in _CITIZEN and _passes(digits):
        return "[BSN]"
    return found[0]


def _passes(digits: str) -> bool:
    try:
        return bool(bsn.validate(digits))
    except ValidationError:
        return False


def _without_telephones(text: str) -> str:
    found = PhoneNumberMatcher(text, REGION, leniency=Leniency.POSSIBLE, max_tries=100)
    for match in sorted(found, key=lambda one: one.start, reverse=True):
        if any(sign.isdigit() for sign in match.raw_string) and _is_long(
            match.raw_string
        ):
            text = f"{text[: match.start]}[tel]{text[match.end :]}"
    return text


def _is_long(number: str) -> bool:
    """A year, a price or a ticket's number is no telephone number."""
    return sum(sign.isdigit() for sign in number) >= 9


def _without_names(text: str, names: Iterable[str]) -> str:
    known = sorted({name.strip() for name in names if len(name.strip()) > 1}, key=len)
    for name in reversed(known):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[…]", text, flags=re.I)
    return text
