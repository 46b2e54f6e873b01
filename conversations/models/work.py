from django.db import models
from django.db.models.functions import Now


class Work(models.Model):
    """One subject that waits for one stage of the pipeline.

    The row is written in the transaction that makes the subject, and leaves in the
    transaction that does the work: nothing can be forgotten, nothing done twice.
    """

    pk = models.CompositePrimaryKey("stage", "subject_id")
    stage = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    due_at = models.DateTimeField(db_default=Now())
    # Counted before the attempt, so that one that kills its worker counts too.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    leased_until = models.DateTimeField(null=True)
    # Whose lease it is: a worker that comes back late finds another number.
    fence = models.BigIntegerField(null=True)
    error = models.CharField(max_length=500, default="", db_default="")
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # What was set aside is listed and counted without reading the queue.
            models.Index(
                name="work_set_aside",
                fields=["set_aside_at"],
                condition=models.Q(set_aside_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.subject_id}"
