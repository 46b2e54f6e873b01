from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Tag(models.Model):
    """A word that the desk puts on tickets; its slug never changes."""

    class Colour(models.TextChoices):
        GREY = "grey", _("Grey")
        RED = "red", _("Red")
        ORANGE = "orange", _("Orange")
        YELLOW = "yellow", _("Yellow")
        GREEN = "green", _("Green")
        BLUE = "blue", _("Blue")
        PURPLE = "purple", _("Purple")

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    colour = models.CharField(
        max_length=8, choices=Colour, default=Colour.GREY, db_default="grey"
    )
    # A retired tag stays where it is and is put on no other ticket.
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="tag_colour_is_known",
                condition=Q(
                    colour__in=[
                        "grey",
                        "red",
                        "orange",
                        "yellow",
                        "green",
                        "blue",
                        "purple",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TicketTag(models.Model):
    """A tag on a ticket, and who put it there."""

    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="ticket_tags", db_index=False
    )
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="+", db_index=False)
    # Empty where a rule did it.
    by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())
    # Of the ticket; triggers keep them.
    queue = models.ForeignKey(
        "webcare.Queue",
        models.DO_NOTHING,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    opened_at = models.DateTimeField(null=True, editable=False)
    is_live = models.BooleanField(default=True, db_default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="ticket_tag_is_put_on_once", fields=["ticket", "tag"]
            ),
        ]
        indexes = [
            # The tickets that carry a tag; those of one queue in order of their age.
            models.Index(
                name="ticket_tag_in_order",
                fields=["tag", "queue", "opened_at", "ticket"],
            ),
            # The same of those that are worked on: few, of a tag that many carried.
            models.Index(
                name="ticket_tag_live_in_order",
                fields=["tag", "queue", "opened_at", "ticket"],
                condition=Q(is_live=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.tag_id}"
