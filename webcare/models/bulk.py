import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from webcare.domain.automation.words import ItemState, JobState


class BulkJob(models.Model):
    """One change that somebody asked for on many tickets, and how far it is."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey("webcare.User", models.PROTECT, related_name="+")
    # What is done, and what it was asked for: never searched.
    action = models.JSONField()
    filter = models.JSONField(null=True)
    state = models.CharField(
        max_length=9, choices=JobState, default=JobState.RUNNING, db_default="running"
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0, db_default=0)
    failed = models.PositiveIntegerField(default=0, db_default=0)
    skipped = models.PositiveIntegerField(default=0, db_default=0)
    undone = models.PositiveIntegerField(default=0, db_default=0)
    # Items still to be looked at for an undo.
    undoing = models.PositiveIntegerField(default=0, db_default=0)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bulk_job_state_is_known", condition=Q(state__in=JobState.values)
            ),
            models.CheckConstraint(
                name="bulk_job_counts_each_item_once",
                condition=Q(
                    total__gte=models.F("done")
                    + models.F("failed")
                    + models.F("skipped")
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class BulkItem(models.Model):
    """One ticket of a job: what became of it, and what it was like before."""

    job = models.ForeignKey(
        BulkJob, models.CASCADE, related_name="items", db_index=False
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="+", db_index=False
    )
    state = models.CharField(
        max_length=8, choices=ItemState, default=ItemState.WAITING, db_default="waiting"
    )
    # A stable word: why it failed, was skipped, or could not be undone.
    code = models.CharField(max_length=40, default="", db_default="", blank=True)
    # The values that were changed, ours and the ones before; never a text.
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="bulk_item_is_one_per_ticket", fields=["job", "ticket"]
            ),
            models.CheckConstraint(
                name="bulk_item_state_is_known",
                condition=Q(state__in=ItemState.values),
            ),
        ]
        indexes = [
            # The results of a job, a page at a time.
            models.Index(name="bulk_item_of_job", fields=["job", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.ticket_id} {self.state}"
