"""How a promise stands: in time, nearly due, or broken."""

from datetime import datetime, timedelta

from django.db.models import TextChoices

# The last part of a promise, in which its clock warns.
LAST_PART = 5


class Light(TextChoices):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


def light(due_at: datetime, target_seconds: int, at: datetime) -> Light:
    """Return how the promise stands at `at`: amber in its last fifth, red when broken.

    `target_seconds` is the promise's whole length. A promise is kept up to and
    including the moment it is due.
    """
    left = due_at - at
    if left < timedelta():
        return Light.RED
    if left <= timedelta(seconds=target_seconds) / LAST_PART:
        return Light.AMBER
    return Light.GREEN
