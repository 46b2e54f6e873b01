"""What is asked twice before it goes out."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from webcare.domain.personal import personal_in
from webcare.exceptions import ShowsPersonalData


def require_care(text: str, confirmed: Collection[str]) -> None:
    """Raise ShowsPersonalData where a public text shows some that is not `confirmed`.

    Its `found` are the kinds of all that the text shows.
    """
    found = personal_in(text)
    if any(kind.value not in confirmed for kind in found):
        raise ShowsPersonalData(_("Everybody would read this."), found=found)
