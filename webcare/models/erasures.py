import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now

from conversations.models.sealed import SealedField
from webcare.domain.erasures import Reason


class LogErasure(models.Model):
    """One statement that erased or rewrote history: written by the database itself."""

    class Operation(models.TextChoices):
        UPDATE = "update"
        DELETE = "delete"

    operation = models.CharField(max_length=6, choices=Operation)
    event_ids = ArrayField(models.BigIntegerField())
    erased_at = models.DateTimeField(db_default=Now())
    # As the transaction that erased said it.
    erased_by = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="log_erasure_operation_is_known",
                condition=Q(operation__in=["update", "delete"]),
            ),
            models.CheckConstraint(
                name="log_erasure_says_who_and_why",
                condition=~Q(erased_by="") & ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.erased_at}"


class Erasure(models.Model):
    """One author who is erased, and how far that is; in the end, the proof that it was.

    Who it was is sealed in it while it is at work, and is gone when it is done.
    """

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    author = models.OneToOneField(
        "conversations.Author", models.PROTECT, related_name="+"
    )
    asked_by = models.ForeignKey(
        "webcare.User", models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    reason = models.CharField(max_length=10, choices=Reason)
    # What the request is called elsewhere: a case number, never a name.
    reference = models.CharField(max_length=100, default="", db_default="", blank=True)
    # Which step is next, and the last row that it has done.
    step = models.PositiveSmallIntegerField(default=0, db_default=0)
    position = models.BigIntegerField(default=0, db_default=0)
    # How many rows of what were erased: never searched.
    counts = models.JSONField(default=dict, db_default={})
    # What is looked for: as JSON, the author's id on the platform, handle and name.
    named = SealedField(default="", db_default="", blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="erasure_reason_is_known", condition=Q(reason__in=Reason.values)
            ),
            models.CheckConstraint(
                name="erasure_that_is_done_names_nobody",
                condition=Q(finished_at__isnull=True) | Q(named=""),
            ),
        ]
        indexes = [
            # The receipts, the newest first.
            models.Index(name="erasure_by_age", fields=["asked_at", "id"]),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
