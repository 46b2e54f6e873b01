from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Trim


class DeskSetting(models.Model):
    """What a desk is called. There is one or none, and without it nothing is named."""

    LANGUAGES = (("en", "English"), ("nl", "Nederlands"))

    is_the_one = models.BooleanField(default=True, unique=True, editable=False)
    name = models.CharField(max_length=60)
    # That of whoever is added without saying theirs; each browser's own if empty.
    language = models.CharField(
        max_length=5, choices=LANGUAGES, default="", blank=True, db_default=""
    )
    is_demo = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="desk_setting_is_the_one", condition=Q(is_the_one=True)
            ),
            models.CheckConstraint(
                name="desk_setting_has_a_name",
                condition=models.lookups.GreaterThan(Length(Trim("name")), 0),
            ),
            models.CheckConstraint(
                name="desk_setting_language_is_known",
                condition=Q(language__in=["", "en", "nl"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name
