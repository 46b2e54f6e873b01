import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Policy(models.Model):
    """What is promised for some tickets; of several that hold, the first decides."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    # Policies are asked in this order.
    position = models.PositiveIntegerField(default=0)
    is_enabled = models.BooleanField(default=True)
    # The number of the version that holds for clocks that start now.
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    # Taken out of use: clocks that started under it keep it.
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="policy_retired_is_not_enabled",
                condition=Q(retired_at__isnull=True) | Q(is_enabled=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """A policy as it was once saved; clocks name the one they started under."""

    policy = models.ForeignKey(
        Policy, models.PROTECT, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    # Conditions and promises, in the form that was checked.
    definition = models.JSONField()
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    made_by = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="policy_version_has_one_number", fields=["policy", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} v{self.number}"
