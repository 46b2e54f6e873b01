"""The words that automation rules and bulk actions are told in."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MOST_DEPTH = 3  # of causes: what rules did because of what rules did


class TimerState(TextChoices):
    """What a ticket has been for so long that a timed rule looks at it."""

    WAITING = "waiting", _("Waiting for our answer")
    NEW = "new", _("New")
    OPEN = "open", _("Open")
    PENDING = "pending", _("Waiting for the customer")
    ON_HOLD = "on_hold", _("Waiting for a colleague")


class TraceResult(TextChoices):
    """What became of a rule that a ticket matched."""

    RAN = "ran", _("Ran")
    REFUSED = "refused", _("Refused")


class JobState(TextChoices):
    RUNNING = "running", _("At work")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class ItemState(TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Skipped")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
