from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversations.models.sealed import SealedField


class DemoDesk(models.Model):
    """The mark of a desk that is the demo, with what opens it. There is one or none."""

    is_the_one = models.BooleanField(default=True, unique=True, editable=False)
    username = models.CharField(max_length=150)
    password = SealedField()
    token = SealedField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="demo_desk_is_the_one", condition=Q(is_the_one=True)
            ),
        ]

    def __str__(self) -> str:
        return "the demo desk"
