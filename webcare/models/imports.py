import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from webcare.domain.import_dates import DayOrder
from webcare.domain.imports import ImportState


class Import(models.Model):
    """An export of another tool, and how far it was read into history.

    `position` is the place in the text behind the last row that was read: what a
    worker that dies had not committed is read again, and added once.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("webcare.User", models.PROTECT, related_name="+")
    channel = models.ForeignKey(
        "conversations.Channel",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    name = models.CharField(max_length=200)
    state = models.CharField(
        max_length=7,
        choices=ImportState,
        default=ImportState.WAITING,
        db_default="waiting",
    )
    # Of who started it: in that they are told what is wrong with a row.
    language = models.CharField(max_length=12, default="", db_default="", blank=True)
    encoding = models.CharField(max_length=10)
    delimiter = models.CharField(max_length=1)
    day_order = models.CharField(
        max_length=11,
        choices=DayOrder,
        default=DayOrder.DAY_FIRST,
        db_default="day_first",
    )
    # Which column is what: never searched.
    columns = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0, db_default=0)
    rows = models.PositiveIntegerField()
    read = models.PositiveIntegerField(default=0, db_default=0)
    added = models.PositiveIntegerField(default=0, db_default=0)
    known = models.PositiveIntegerField(default=0, db_default=0)
    bad = models.PositiveIntegerField(default=0, db_default=0)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="import_state_is_known", condition=Q(state__in=ImportState.values)
            ),
            models.CheckConstraint(
                name="import_day_order_is_known",
                condition=Q(day_order__in=DayOrder.values),
            ),
            models.CheckConstraint(
                name="import_reads_each_row_once",
                condition=Q(read__lte=F("rows")) & Q(bad__lte=F("read")),
            ),
            models.CheckConstraint(
                name="import_that_runs_has_a_channel",
                condition=Q(state=ImportState.WAITING) | Q(channel__isnull=False),
            ),
        ]
        indexes = [models.Index(name="import_by_age", fields=["made_at", "id"])]

    def __str__(self) -> str:
        return str(self.public_id)


class ImportFile(models.Model):
    """The file of an import, which goes when it has been read."""

    of = models.OneToOneField(
        Import, models.CASCADE, primary_key=True, related_name="file"
    )
    body = models.BinaryField()

    def __str__(self) -> str:
        return str(self.of_id)


class ImportProblem(models.Model):
    """A row that could not be read, and why: to be mended and brought again."""

    of = models.ForeignKey(
        Import, models.CASCADE, related_name="problems", db_index=False
    )
    number = models.PositiveIntegerField()  # of the row, the heading is 1
    cells = models.JSONField()
    why = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="import_problem_of_one_row", fields=["of", "number"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.of_id} {self.number}"
