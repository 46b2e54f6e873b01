import uuid

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now


class File(models.Model):
    """The bytes of a file of ours, and the text that it goes out with, if one does.

    What it holds never changes, and once it is to go out neither does anything else:
    the database refuses both.
    """

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    name = models.CharField(max_length=100)
    # What its first bytes say that it is.
    type = models.CharField(max_length=50)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.BinaryField(max_length=32)
    # Read aloud to who does not see it, where the platform takes that.
    alt = models.CharField(max_length=2_000, default="", db_default="", blank=True)
    content = models.BinaryField()
    kept_at = models.DateTimeField(db_default=Now(), editable=False)
    delivery = models.ForeignKey(
        "conversations.Delivery",
        models.PROTECT,
        null=True,
        related_name="files",
        db_index=False,
    )
    # Its place among those that go out together.
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Since when the platform has it; the text that names it follows.
    handed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="file_has_one_place",
                fields=["delivery", "position"],
                condition=Q(delivery__isnull=False),
            ),
            models.CheckConstraint(name="file_is_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="file_handed_over_has_a_delivery",
                condition=Q(handed_at__isnull=True) | Q(delivery__isnull=False),
            ),
        ]
        indexes = [
            # The sweep: what was never sent.
            models.Index(
                name="file_unsent", fields=["kept_at"], condition=Q(delivery=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name
