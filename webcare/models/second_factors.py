from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.models.sealed import SealedField


class SecondFactor(models.Model):
    """An app on somebody's phone that shows a code, asked for after the password.

    It is asked for from `confirmed_at` on: by then a code of it has been shown.
    """

    user = models.OneToOneField(
        "webcare.User", models.CASCADE, primary_key=True, related_name="second_factor"
    )
    secret = SealedField()
    # The newest half minute of which a code was taken: none is taken twice.
    last_step = models.BigIntegerField(default=0, db_default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="second_factor_has_a_secret", condition=~Q(secret="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class RecoveryCode(models.Model):
    """Comes in once where the phone is lost; kept as a digest."""

    user = models.ForeignKey(
        "webcare.User", models.CASCADE, related_name="+", db_index=False
    )
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="recovery_code_is_one", fields=["user", "digest"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.user_id)
