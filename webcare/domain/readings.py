"""What a message is taken for: the labels that machines give and people correct."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Danger(TextChoices):
    """Whether somebody may be in danger; unsure is for a person to look at."""

    DANGER = "danger", _("Danger")
    NONE = "none", _("No danger")
    UNSURE = "unsure", _("Unsure")


class Sentiment(TextChoices):
    """How its author feels about it; unsure where the words do not say."""

    NEGATIVE = "negative", _("Negative")
    NEUTRAL = "neutral", _("Neutral")
    POSITIVE = "positive", _("Positive")
    UNSURE = "unsure", _("Unsure")
