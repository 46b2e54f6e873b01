from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from webcare.domain.fields import FieldKind

_TEXTS = Q(kind__in=["text", "choice"])


class CustomField(models.Model):
    """A question that the desk itself wants answered about its tickets.

    Its key and kind never change: filters and values hold on to them.
    """

    key = models.SlugField(unique=True)
    # Empty: asked of the tickets of all queues.
    queue = models.ForeignKey(
        "webcare.Queue", models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=100)
    name_nl = models.CharField(max_length=100, default="", blank=True)
    kind = models.CharField(max_length=8, choices=FieldKind)
    # For the kind choice: the answers there are, in the order they are shown.
    choices = models.JSONField(default=list, blank=True)
    required_to_resolve = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "key"]
        constraints = [
            models.CheckConstraint(
                name="custom_field_kind_is_known",
                condition=Q(kind__in=FieldKind.values),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FieldValue(models.Model):
    """The answer to one custom field on one ticket, in the column of its kind."""

    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="field_values", db_index=False
    )
    field = models.ForeignKey(
        CustomField, models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=8, choices=FieldKind)
    text = models.CharField(max_length=500, null=True)  # noqa: DJ001
    # Fifteen digits survive a client that reads numbers as floating point.
    number = models.DecimalField(max_digits=15, decimal_places=4, null=True)
    date = models.DateField(null=True)
    checkbox = models.BooleanField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="field_value_is_one_per_ticket", fields=["ticket", "field"]
            ),
            models.CheckConstraint(
                name="field_value_stands_in_the_column_of_its_kind",
                condition=(
                    Q(text__isnull=False) & _TEXTS | Q(text__isnull=True) & ~_TEXTS
                )
                & (
                    Q(number__isnull=False, kind="number")
                    | Q(number__isnull=True) & ~Q(kind="number")
                )
                & (
                    Q(date__isnull=False, kind="date")
                    | Q(date__isnull=True) & ~Q(kind="date")
                )
                & (
                    Q(checkbox__isnull=False, kind="checkbox")
                    | Q(checkbox__isnull=True) & ~Q(kind="checkbox")
                ),
            ),
            models.CheckConstraint(
                name="field_value_kind_is_known",
                condition=Q(kind__in=FieldKind.values),
            ),
        ]
        indexes = [
            # The filters `field.<key>`, one for each column.
            models.Index(
                name="field_value_by_text",
                fields=["field", "text", "ticket"],
                condition=Q(text__isnull=False),
            ),
            models.Index(
                name="field_value_by_number",
                fields=["field", "number", "ticket"],
                condition=Q(number__isnull=False),
            ),
            models.Index(
                name="field_value_by_date",
                fields=["field", "date", "ticket"],
                condition=Q(date__isnull=False),
            ),
            models.Index(
                name="field_value_by_checkbox",
                fields=["field", "checkbox", "ticket"],
                condition=Q(checkbox__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.field_id}"
