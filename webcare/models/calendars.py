import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Calendar(models.Model):
    """When a desk is open, under one name; what it says is in its versions."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    # Holds for queues that have none of their own; there is at most one.
    is_default = models.BooleanField(default=False, db_default=False)
    # Counts every change, its name among them: what a stale edit is known by.
    version = models.PositiveIntegerField(default=1, db_default=1)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    # Taken out of use: promises that began under it go on under it.
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(
                name="calendar_default_is_one",
                fields=["is_default"],
                condition=Q(is_default=True),
            ),
            models.CheckConstraint(
                name="calendar_retired_is_no_default",
                condition=Q(retired_at__isnull=True) | Q(is_default=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(models.Model):
    """What a calendar said from one moment on: written once, never changed.

    A promise remembers the version under which it began.
    """

    calendar = models.ForeignKey(
        Calendar, models.PROTECT, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    # In the form that was checked: webcare/domain/calendars/definitions.py.
    definition = models.JSONField()
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    # Empty for what came with the desk.
    made_by = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="calendar_version_has_one_number", fields=["calendar", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} v{self.number}"
