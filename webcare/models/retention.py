from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from webcare.domain.retention import LEAST_DAYS, MOST_DAYS


def _days() -> "models.PositiveSmallIntegerField":  # type: ignore[type-arg]
    return models.PositiveSmallIntegerField(null=True, blank=True)


def _in_range(name: str) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(
        **{f"{name}__gte": LEAST_DAYS, f"{name}__lte": MOST_DAYS}
    )


class Retention(models.Model):
    """How long the desk keeps what people said, in days; empty is for ever. One row.

    The marks say how far it was erased: what is behind one is not looked at again.
    """

    # Of tickets that ended: texts, notes, answers, fields; counted from the end.
    tickets = _days()
    # Of messages that became no ticket; counted from when they came in.
    heard = _days()
    # What was sent to us, byte for byte.
    raw = _days()
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(
        "webcare.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    tickets_until = models.DateTimeField(null=True)
    tickets_mark = models.BigIntegerField(default=0, db_default=0)
    heard_mark = models.BigIntegerField(default=0, db_default=0)
    raw_mark = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="retention_is_one_row", condition=Q(id=1)),
            models.CheckConstraint(
                name="retention_is_of_known_length",
                condition=_in_range("tickets") & _in_range("heard") & _in_range("raw"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tickets} {self.heard} {self.raw}"


class RetentionDay(models.Model):
    """What was erased on one day because it was old: the proof that it is."""

    day = models.DateField(primary_key=True)
    # Rows of what: never searched.
    counts = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.day)
