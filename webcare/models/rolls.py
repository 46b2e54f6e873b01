from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Roll(models.Model):
    """One local day, or month, of one measure, added up into cells.

    It holds what was known of the span until `known_until`; a mark in the span says
    that something has changed since, and then it is not read.
    """

    measure = models.CharField(max_length=20)
    view = models.CharField(max_length=6)  # by when cases began, or by when they ended
    grain = models.CharField(max_length=5)
    start = models.DateField()
    zone = models.CharField(max_length=40)  # whose days these are
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    known_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="roll_is_one", fields=["measure", "view", "grain", "start"]
            ),
            models.CheckConstraint(
                name="roll_view_is_known",
                condition=models.Q(view__in=["cohort", "event"]),
            ),
            models.CheckConstraint(
                name="roll_grain_is_known",
                condition=models.Q(grain__in=["day", "month"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.view} {self.grain} {self.start}"


class Cell(models.Model):
    """The cases of a roll in one queue, or in all, of which `dimension` is `key`.

    `counts` are in the order in which the measure names them. Lengths are histograms:
    the numbers of buckets, and how many cases each holds (`domain/histograms.py`).
    """

    pk = models.CompositePrimaryKey("roll", "dimension", "queue", "key")
    roll = models.ForeignKey(Roll, models.CASCADE, related_name="+", db_index=False)
    dimension = models.CharField(max_length=8)
    queue = models.BigIntegerField()
    key = models.BigIntegerField()
    counts = ArrayField(models.BigIntegerField())
    calendar_buckets = ArrayField(models.SmallIntegerField(), default=list)
    calendar_cases = ArrayField(models.IntegerField(), default=list)
    business_buckets = ArrayField(models.SmallIntegerField(), default=list)
    business_cases = ArrayField(models.IntegerField(), default=list)

    def __str__(self) -> str:
        return f"{self.roll_id} {self.dimension} {self.queue} {self.key}"


class Mark(models.Model):
    """Something of a quarter of an hour, more than a day ago, has changed.

    Triggers write these. Every local day of any zone begins with a quarter in UTC.

    Nothing is unique here, so that writers never wait for each other.
    """

    measure = models.CharField(max_length=20)
    view = models.CharField(max_length=6)
    quarter = models.DateTimeField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(name="mark_of_quarter", fields=["measure", "view", "quarter"]),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.view} {self.quarter}"
