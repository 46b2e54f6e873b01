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
    # A letter a day of what is unread, on the desk's clock; the next one, and since
    # when something new makes it worth sending.
    letter_at = models.TimeField(null=True)
    letter_next_at = models.DateTimeField(null=True)
    letter_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notification_setting_is_quiet_for_a_while",
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False)
                & ~Q(quiet_from=F("quiet_until")),
            ),
            models.CheckConstraint(
                name="notification_setting_letter_has_a_next_time",
                condition=Q(letter_at=None, letter_next_at=None, letter_since=None)
                | Q(
                    letter_at__isnull=False,
                    letter_next_at__isnull=False,
                    letter_since__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index(
                name="notification_letter_due",
                fields=["letter_next_at"],
                condition=Q(letter_next_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"
