import uuid

from django.db import models


class Team(models.Model):
    """People who share macros and views, and are mentioned together."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, unique=True)
    members = models.ManyToManyField(
        "webcare.User", through="webcare.TeamMember", related_name="teams"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """That somebody is of a team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    user = models.ForeignKey("webcare.User", models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="team_member_is_one", fields=["team", "user"]),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.user_id}"
