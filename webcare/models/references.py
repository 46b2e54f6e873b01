import uuid

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class ExternalReference(models.Model):
    """What another system calls this ticket: a case number, an order."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="references", db_index=False
    )
    system = models.CharField(max_length=50)
    reference = models.CharField(max_length=200)
    url = models.CharField(max_length=500, default="", blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="external_reference_is_kept_once",
                fields=["ticket", "system", "reference"],
            ),
        ]
        indexes = [
            # The filter `external_ref`.
            models.Index(
                name="external_reference_by_name", fields=["reference", "ticket"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.reference}"
