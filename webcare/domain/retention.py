"""How long things may be kept, in days."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from webcare.exceptions import Invalid

# Shorter than a month would take away what somebody may still be asked about.
LEAST_DAYS = 30
MOST_DAYS = 3_650
KINDS = ("tickets", "heard", "raw")
Days = Mapping[str, int | None]


def check_days(days: Days) -> None:
    """Raise Invalid, naming each kind, unless all are None or 30 days to ten years."""
    wrong = {
        kind: _("Choose 30 to 3650 days, or nothing to keep it for ever.")
        for kind, many in days.items()
        if many is not None and not LEAST_DAYS <= many <= MOST_DAYS
    }
    if wrong:
        raise Invalid(**wrong)
