import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from webcare.domain.report_schedules import Period, ReportName


class ReportSchedule(models.Model):
    """A report that is sent by itself, as its owner may see it at that time."""

    class Stopped(models.TextChoices):
        NOT_ALLOWED = "not_allowed"  # its owner may not see or send it any more

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey("webcare.User", models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    report = models.CharField(max_length=30, choices=ReportName)
    by = models.CharField(max_length=10, default="", db_default="", blank=True)
    period = models.CharField(max_length=12, choices=Period)
    # 1 is Monday; the time is that of the desk.
    days = ArrayField(models.PositiveSmallIntegerField())
    at = models.TimeField()
    to = ArrayField(models.EmailField(max_length=254))
    language = models.CharField(max_length=2, default="nl", db_default="nl")
    is_on = models.BooleanField(default=True, db_default=True)
    stopped_because = models.CharField(
        max_length=20, choices=Stopped, default="", db_default="", blank=True
    )
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="report_schedule_report_is_known",
                condition=Q(report__in=ReportName.values),
            ),
            models.CheckConstraint(
                name="report_schedule_period_is_known",
                condition=Q(period__in=Period.values),
            ),
            models.CheckConstraint(
                name="report_schedule_has_days_and_readers",
                condition=Q(days__len__gte=1, to__len__gte=1),
            ),
            models.CheckConstraint(
                name="report_schedule_stopped_is_off",
                condition=Q(stopped_because="") | Q(is_on=False),
            ),
        ]
        indexes = [
            # What is to be sent now.
            models.Index(
                name="report_schedule_due", fields=["next_at"], condition=Q(is_on=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReportMailing(models.Model):
    """One sending of a schedule: never two for one instant."""

    schedule = models.ForeignKey(
        ReportSchedule, models.CASCADE, related_name="mailings", db_index=False
    )
    instant = models.DateTimeField()
    # Sent by hand, beside its times.
    by_hand = models.BooleanField(default=False, db_default=False)
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="report_mailing_is_one_per_instant", fields=["schedule", "instant"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.instant}"
