from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Roll(models.Model):
    """One hour, local day or month of one measure, added up into cells.

    It holds what was known of the span until `known_until`; a mark in the span says
    that something has changed since, and then it is not read.
    """

    measure = models.CharField(max_length=20)
    view = models.CharField(max_length=6)  # by when cases began, or by when they ended
    grain = models.CharField(max_length=5)
    start = models.DateField()  # of an hour, its day
    zone = models.CharField(max_length=40)  # whose days these are
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    known_until = models.DateTimeField()
    scheme = models.SmallIntegerField(db_default=1)  # what it holds: `queries/rolls.py`

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="roll_is_one_of_its_time",
                fields=["measure", "view", "grain", "start", "from_at"],
            ),
            models.CheckConstraint(
                name="roll_view_is_known",
                condition=models.Q(view__in=["cohort", "event"]),
            ),
            models.CheckConstraint(
                name="roll_grain_is_known",
                condition=models.Q(grain__in=["hour", "day", "month"]),
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
    # No constraint: it looks the roll up for each of millions, which takes longer than
    # making them, and what is of no roll is never read.
    roll = models.ForeignKey(
        Roll, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
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


class HourCell(models.Model):
    """The cases of the roll of an hour that are alike but for their lengths.

    They are few, so that all groupings are made of them. The lengths are the numbers
    of their buckets, one for each case.
    """

    roll = models.ForeignKey(
        Roll, models.CASCADE, related_name="+", db_constraint=False
    )
    queue = models.BigIntegerField(null=True)
    topic = models.BigIntegerField(null=True)
    agent = models.BigIntegerField(null=True)
    channel = models.BigIntegerField(null=True)
    priority = models.CharField(max_length=6)
    counts = ArrayField(models.BigIntegerField())
    calendar = ArrayField(models.SmallIntegerField(), default=list)
    business = ArrayField(models.SmallIntegerField(), default=list)

    def __str__(self) -> str:
        return f"{self.roll_id} {self.queue} {self.topic}"


class Ongoing(models.Model):
    """Those of a roll that go on, alike but for when they began and when they change.

    Which they are of their measure's running counts: `state`, and once their moment of
    `changes` has come, `becomes`. Without any moments they stay what they are.
    """

    # No constraint: code that knows nothing of them removes rolls, too.
    roll = models.ForeignKey(
        Roll, models.CASCADE, related_name="+", db_constraint=False
    )
    queue = models.BigIntegerField(null=True)
    topic = models.BigIntegerField(null=True)
    agent = models.BigIntegerField(null=True)
    channel = models.BigIntegerField(null=True)
    priority = models.CharField(max_length=6)
    state = models.SmallIntegerField()
    becomes = models.SmallIntegerField()
    begun = ArrayField(models.DateTimeField())
    changes = ArrayField(models.DateTimeField(null=True), default=list)
    last_change = models.DateTimeField(null=True)  # when all are what they become

    def __str__(self) -> str:
        return f"{self.roll_id} {self.state} {self.queue}"


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
