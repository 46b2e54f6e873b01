"""What identifies a person in a text that everybody will read: named before it is sent.

The finds of `redaction`, without what a desk says of itself: whom it addresses, and the
numbers that only organisations have.
"""

import re

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from phonenumbers import (
    Leniency,
    PhoneNumberMatch,
    PhoneNumberMatcher,
    PhoneNumberType,
    number_type,
)

from webcare.domain import redaction


class Personal(TextChoices):
    """What was found, in words for a sentence."""

    MAIL = "mail", _("an e-mail address")
    PHONE = "phone", _("a telephone number")
    IBAN = "iban", _("a bank account")
    CARD = "card", _("a card number")
    CITIZEN = "citizen", _("a citizen number")
    ADDRESS = "address", _("a postcode")
    CUSTOMER = "customer", _("a customer or order number")


_MARKS = {
    Personal.MAIL: "[e-mail]",
    Personal.IBAN: "[IBAN]",
    Personal.CARD: "[card]",
    Personal.CITIZEN: "[BSN]",
    Personal.ADDRESS: "[postcode]",
}
_OURS = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
}
_LINK = re.compile(r"https?://\S{1,500}")
_CUSTOMER = re.compile(
    r"\b(?:klant|order|bestel|contract|debiteur|relatie|factuur|polis"
    r"|customer|account|invoice|policy)[ -]?(?:nummer|nr\.?|number|no\.?)"
    r"[ :=]{0,3}(?:is )?[A-Z]{0,4}[ -]?\d[\d.-]{3,18}",
    re.IGNORECASE,
)


def personal_in(text: str) -> list[Personal]:
    """Return what kinds of personal data a text shows, in the order of `Personal`.

    Only its first `redaction.MOST` characters are read, and no web addresses.
    """
    text = _LINK.sub(" ", text[: redaction.MOST])
    marked = redaction.redact(text)
    found = {kind for kind, mark in _MARKS.items() if _adds(mark, text, marked)}
    if _CUSTOMER.search(text):
        found.add(Personal.CUSTOMER)
    if "[tel]" in marked and any(map(_is_a_persons, _telephones(text))):
        found.add(Personal.PHONE)
    return [kind for kind in Personal if kind in found]


def _adds(mark: str, text: str, marked: str) -> bool:
    """Whether a mark stands there that the writer did not type."""
    return marked.count(mark) > text.count(mark)


def _telephones(text: str) -> PhoneNumberMatcher:
    return PhoneNumberMatcher(
        text, redaction.REGION, leniency=Leniency.POSSIBLE, max_tries=100
    )


def _is_a_persons(found: PhoneNumberMatch) -> bool:
    digits = sum(sign.isdigit() for sign in found.raw_string)
    return digits >= 9 and number_type(found.number) not in _OURS
