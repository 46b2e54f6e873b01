from django.db import models
from django.db.models import F, Q


class NotificationSetting(models.Model):
    """How somebody wants to be told; who has none is told in the page."""

    user = models.OneToOneField(
        "webcare.User", models.CASCADE, primary_key=True, related_name="+"
    )
    in_page = models.BooleanField(default=True, db_default=True)
    desktop = models.BooleanField(default=False, db_default=False)
    # On the clock of who reads; past midnight where it ends before it begins.
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notification_setting_is_quiet_for_a_while",
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & ~Q(quiet_from=F("quiet_until")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"
