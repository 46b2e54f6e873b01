"""Which changes of a ticket whoever made them can take back."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Undoable(TextChoices):
    """What was changed, by the name that the log has for its new value."""

    TOPIC = "topic", _("Topic")
    QUEUE = "queue", _("Queue")
    PRIORITY = "priority", _("Priority")
    TAGS = "tags", _("Tags")
