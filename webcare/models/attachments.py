import uuid

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class Attachment(models.Model):
    """A file that somebody attached on a ticket, for an answer of theirs.

    The answer that it went out with, if it did, is that of its file's delivery. The
    database refuses one of another ticket or another person, and the same of approvals.
    """

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="+", db_index=False
    )
    owner = models.ForeignKey(
        "webcare.User", models.PROTECT, related_name="+", db_index=False
    )
    file = models.OneToOneField(
        "conversations.File", models.CASCADE, related_name="attachment"
    )
    # The answer in which a colleague reads it, or the last one in which they did.
    approval = models.ForeignKey(
        "webcare.Approval",
        models.PROTECT,
        null=True,
        related_name="attachments",
        db_index=False,
    )
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    attached_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            # What somebody has ready on a ticket.
            models.Index(name="attachment_of_owner", fields=["ticket", "owner"]),
            models.Index(
                name="attachment_of_approval",
                fields=["approval", "position"],
                condition=models.Q(approval__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
