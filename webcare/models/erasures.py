from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


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
