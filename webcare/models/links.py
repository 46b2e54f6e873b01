import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class TicketLink(models.Model):
    """Two tickets that people see together; each keeps a life of its own.

    Of a parent and its child, `from_ticket` is the parent.
    """

    class Kind(models.TextChoices):
        RELATED = "related", _("Related")
        PARENT = "parent", _("Parent")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    from_ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="+", db_index=False
    )
    to_ticket = models.ForeignKey("webcare.Ticket", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind)
    by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="ticket_link_is_made_once",
                fields=["from_ticket", "to_ticket", "kind"],
            ),
            models.UniqueConstraint(
                name="ticket_link_child_has_one_parent",
                fields=["to_ticket"],
                condition=Q(kind="parent"),
            ),
            models.CheckConstraint(
                name="ticket_link_kind_is_known",
                condition=Q(kind__in=["related", "parent"]),
            ),
            models.CheckConstraint(
                name="ticket_link_is_of_two_tickets",
                condition=~Q(from_ticket=F("to_ticket")),
            ),
            models.CheckConstraint(
                name="ticket_link_related_has_one_direction",
                condition=~Q(kind="related") | Q(from_ticket__lt=F("to_ticket")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_ticket_id} {self.kind} {self.to_ticket_id}"
