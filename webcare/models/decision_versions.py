from django.db import models


class DecisionVersion(models.Model):
    """What was decided about a message until something else was.

    Written by a trigger, so that a report can be asked as of a past moment.
    """

    message = models.ForeignKey(
        "conversations.Message", models.CASCADE, related_name="+"
    )
    verdict = models.CharField(max_length=8)
    reason = models.CharField(max_length=40)
    decided_at = models.DateTimeField()
    known_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.message_id} {self.verdict} until {self.known_until}"
