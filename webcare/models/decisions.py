from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from webcare.domain.outcomes import Verdict


class Decision(models.Model):
    """What was decided about one message heard, and why."""

    message = models.OneToOneField(
        "conversations.Message", models.CASCADE, primary_key=True, related_name="+"
    )
    verdict = models.CharField(max_length=8, choices=Verdict)
    # A stable word for the reason, and the facts it rests on.
    reason = models.CharField(max_length=40)
    # How sure a classifier was, and which edition of it; null where none was asked.
    score = models.FloatField(null=True)
    classifier = models.PositiveSmallIntegerField(null=True)
    decided_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decision_verdict_is_known",
                condition=Q(verdict__in=Verdict.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.verdict}"
