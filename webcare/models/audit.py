import uuid

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """Who changed the rights or data of whom: written once, never changed."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    # What was done, in a stable word: `role_given`, `deactivated`, `exported`.
    what = models.CharField(max_length=40)
    who = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    whom = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What else it was about: `queue:shop`, `team:…`.
    about = models.CharField(max_length=100, default="", db_default="", blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # What was done to somebody, the newest first.
            models.Index(name="audit_entry_of_person", fields=["whom", "-id"]),
            # All of it, the newest first.
            models.Index(name="audit_entry_by_age", fields=["at", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.at}"
