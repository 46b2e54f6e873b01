"""What was decided about a message, and what became of a question."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Verdict(TextChoices):
    """What we do with something heard."""

    ANSWER = "answer", _("Answer")
    WATCH = "watch", _("Watch")
    IGNORE = "ignore", _("Ignore")
    PASS_ON = "pass_on", _("Pass on")


class Resolution(TextChoices):
    """How a ticket ended; not answering, with a reason, is work that counts."""

    ANSWERED = "answered", _("Answered")
    NO_ANSWER_NEEDED = "no_answer_needed", _("No answer needed")
    PASSED_ON = "passed_on", _("Passed on")
    DUPLICATE = "duplicate", _("Duplicate")
    SPAM = "spam", _("Spam")


class Promise(TextChoices):
    FIRST_RESPONSE = "first_response", _("First response")
    NEXT_RESPONSE = "next_response", _("Next response")
    RESOLUTION = "resolution", _("Resolution")


class Priority(TextChoices):
    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class PrioritySetBy(TextChoices):
    """Who set a priority; the system's is the one a ticket begins with."""

    PERSON = "person", _("A person")
    RULE = "rule", _("A rule")
    DANGER = "danger", _("Talk of danger")
    SYSTEM = "system", _("The desk")


# Kept on the ticket when the pipeline hears it; what was said stays in the message.
DANGER_REASON = "Talk of danger."


class DecidedBy(TextChoices):
    """Who chose a topic: a person's choice is never overwritten."""

    PERSON = "person", _("A person")
    RULE = "rule", _("A rule")
    MODEL = "model", _("The model")
    UNSURE = "unsure", _("Nobody yet")
