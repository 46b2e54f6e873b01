import uuid

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class SignIn(models.Model):
    """Somebody came in with a browser; it lasts as long as the session it began."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    user = models.ForeignKey("webcare.User", models.CASCADE, related_name="+")
    # Opens the desk: it is shown to nobody.
    session_key = models.CharField(max_length=40, unique=True)
    # What the browser says of itself.
    device = models.CharField(max_length=200, default="", db_default="", blank=True)
    at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.user_id} {self.at}"
