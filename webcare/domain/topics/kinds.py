from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RuleKind(TextChoices):
    """What of a text a rule's pattern has to be."""

    WORD = "word", _("Whole word")
    PART = "part", _("Part of a word")
    PHRASE = "phrase", _("Words in a row")
