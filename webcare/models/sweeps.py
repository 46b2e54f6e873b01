from django.db import models
from django.db.models.functions import Now


class Sweep(models.Model):
    """When something that is done over and over was last begun, by whomever."""

    name = models.CharField(max_length=40, primary_key=True)
    swept_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
