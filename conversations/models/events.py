from django.db import models
from django.db.models.functions import Now


class Source(models.TextChoices):
    API = "api", "API"
    HOOK = "hook", "Webhook"


class InboundEvent(models.Model):
    """What a platform or client sent us, byte for byte; emptied when it is erased."""

    channel = models.ForeignKey(
        "conversations.Channel", models.PROTECT, related_name="+", db_index=False
    )
    # From inside the signed or authenticated call, so that a repeat finds itself.
    key = models.CharField(max_length=200)
    source = models.CharField(max_length=4, choices=Source)
    body = models.BinaryField()
    received_at = models.DateTimeField(db_default=Now())
    # Items of a batch that could not be read, with the reasons; null when all could.
    problems = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="inbound_event_arrives_once", fields=["channel", "key"]
            ),
            models.CheckConstraint(
                name="inbound_event_source_is_known",
                condition=models.Q(source__in=Source.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.key}"
