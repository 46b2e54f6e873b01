from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from webcare.domain.readings import Danger, Sentiment


class Reading(models.Model):
    """What a message was taken for, by which edition, and what people said instead.

    Machines write the first columns anew when its author edits it; what a person said
    is taken away by nobody, the database sees to it.
    """

    message = models.OneToOneField(
        "conversations.Message", models.CASCADE, primary_key=True, related_name="+"
    )
    danger = models.CharField(max_length=7, choices=Danger)
    danger_score = models.FloatField()
    danger_why = models.CharField(max_length=10, default="", blank=True)
    danger_edition = models.PositiveSmallIntegerField()
    sentiment = models.CharField(max_length=8, choices=Sentiment)
    sentiment_score = models.FloatField()
    sentiment_edition = models.PositiveSmallIntegerField()
    read_at = models.DateTimeField(db_default=Now())
    # What a person said it is; empty where nobody did.
    danger_said = models.CharField(
        max_length=7, choices=Danger, default="", db_default="", blank=True
    )
    danger_said_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    danger_said_at = models.DateTimeField(null=True)
    sentiment_said = models.CharField(
        max_length=8, choices=Sentiment, default="", db_default="", blank=True
    )
    sentiment_said_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    sentiment_said_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reading_danger_is_known", condition=Q(danger__in=Danger.values)
            ),
            models.CheckConstraint(
                name="reading_sentiment_is_known",
                condition=Q(sentiment__in=Sentiment.values),
            ),
            models.CheckConstraint(
                name="reading_danger_said_is_known",
                condition=Q(danger_said__in=["", "danger", "none"]),
            ),
            models.CheckConstraint(
                name="reading_sentiment_said_is_known",
                condition=Q(sentiment_said__in=["", "negative", "neutral", "positive"]),
            ),
        ]
        indexes = [
            # The quality page: what people said lately, beside what machines did.
            models.Index(
                name="reading_danger_said",
                fields=["danger_said_at"],
                condition=~Q(danger_said=""),
            ),
            models.Index(
                name="reading_sentiment_said",
                fields=["sentiment_said_at"],
                condition=~Q(sentiment_said=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.danger} {self.sentiment}"
