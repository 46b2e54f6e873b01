import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class View(models.Model):
    """A list of tickets worth a name: what it asks for, and in which order."""

    class Audience(models.TextChoices):
        PRIVATE = "private"
        QUEUE = "queue"
        TEAM = "team"
        DESK = "desk"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey("webcare.User", models.CASCADE, related_name="+")
    audience = models.CharField(
        max_length=7, choices=Audience, default=Audience.PRIVATE, db_default="private"
    )
    # Whose people see it, when it is shared with a queue or a team.
    queue = models.ForeignKey(
        "webcare.Queue", models.CASCADE, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(
        "webcare.Team", models.CASCADE, null=True, blank=True, related_name="+"
    )
    name = models.CharField(max_length=100)
    name_nl = models.CharField(max_length=100, default="", db_default="", blank=True)
    # The parameters of the list of tickets, as they would stand in its address.
    filters = models.JSONField(default=dict)
    order = models.CharField(max_length=20, default="-opened", db_default="-opened")
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    version = models.PositiveIntegerField(default=1, db_default=1)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                name="view_audience_is_known",
                condition=Q(audience__in=["private", "queue", "team", "desk"]),
            ),
            models.CheckConstraint(
                name="view_of_a_queue_names_it",
                condition=Q(audience="queue", queue__isnull=False)
                | (~Q(audience="queue") & Q(queue__isnull=True)),
            ),
            models.CheckConstraint(
                name="view_of_a_team_names_it",
                condition=Q(audience="team", team__isnull=False)
                | (~Q(audience="team") & Q(team__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name
