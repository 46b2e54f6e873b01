import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversations.adapters.base import CheckResult as CheckResult
from conversations.adapters.files import Files as Files
from conversations.adapters.lengths import Counting as Counting
from conversations.models.sealed import SealedField


class Mode(models.TextChoices):
    """How far we go on a channel: it begins with listening, and stays polite."""

    LISTENING = "listening", _("Listening")
    PILOT = "pilot", _("Pilot")
    ENGAGE = "engage", _("Engaging")
    PAUSED = "paused", _("Paused")


class PrivateReplies(models.TextChoices):
    """Whether we may go on in private with somebody who wrote in public."""

    NONE = "none", _("Not possible")
    ALLOWED = "allowed", _("Possible")


SPEAKING = frozenset({Mode.PILOT, Mode.ENGAGE})


class Channel(models.Model):
    """One connected account on one platform."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=30, default="generic")
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.LISTENING)
    # Two secrets may be live while one is being replaced by the other.
    secret = SealedField(default="", blank=True)
    previous_secret = SealedField(default="", blank=True)
    callback_url = models.URLField(max_length=500, default="", blank=True)
    private_replies = models.CharField(
        max_length=7,
        choices=PrivateReplies,
        default=PrivateReplies.NONE,
        db_default="none",
    )
    # Until so long after somebody's last private message the platform lets us write
    # to them; empty is always.
    private_window_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    text_limit = models.PositiveIntegerField(default=5_000)
    # What of a text counts, and how much.
    counting = models.CharField(
        max_length=8,
        choices=Counting,
        default=Counting.SIGNS,
        db_default="signs",
    )
    # What goes out beside a text, by the platform's own rule.
    files = models.CharField(
        max_length=8, choices=Files, default=Files.NONE, db_default="none"
    )
    # Seconds in which an agent may take an answer back.
    public_hold_seconds = models.PositiveSmallIntegerField(default=10)
    private_hold_seconds = models.PositiveSmallIntegerField(default=0)
    # Answers a day while in pilot.
    pilot_cap = models.PositiveIntegerField(default=25)
    # What the platform lets us do to a message, beside answering it.
    can_hide = models.BooleanField(default=False, db_default=False)
    can_like = models.BooleanField(default=False, db_default=False)
    can_retract = models.BooleanField(default=False, db_default=False)
    # Set by a platform's refusal: no call goes out before this moment.
    blocked_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    # Set when the platform no longer accepts our credentials: a person must look.
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_because = models.CharField(max_length=300, default="", blank=True)
    # What came of asking its platform who we are, the last time that somebody did.
    checked_at = models.DateTimeField(null=True, blank=True)
    check_result = models.CharField(
        max_length=10, choices=CheckResult, default="", db_default="", blank=True
    )
    check_detail = models.CharField(
        max_length=300, default="", db_default="", blank=True
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="channel_mode_is_known",
                condition=models.Q(mode__in=Mode.values),
            ),
            models.CheckConstraint(
                name="channel_counting_is_known",
                condition=models.Q(counting__in=Counting.values),
            ),
            models.CheckConstraint(
                name="channel_files_are_known",
                condition=models.Q(files__in=Files.values),
            ),
            models.CheckConstraint(
                name="channel_check_result_is_known",
                condition=models.Q(check_result__in=["", *CheckResult.values]),
            ),
            models.CheckConstraint(
                name="channel_check_has_its_moment",
                condition=models.Q(checked_at=None, check_result="")
                | models.Q(checked_at__isnull=False) & ~models.Q(check_result=""),
            ),
            models.CheckConstraint(
                name="channel_private_replies_are_known",
                condition=models.Q(private_replies__in=PrivateReplies.values),
            ),
            models.CheckConstraint(
                name="channel_holds_at_most_a_minute",
                condition=models.Q(
                    public_hold_seconds__lte=60, private_hold_seconds__lte=60
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def secrets(self) -> list[str]:
        """The live secrets, newest first; empty when none was ever set."""
        return [secret for secret in (self.secret, self.previous_secret) if secret]

    @property
    def may_send(self) -> bool:
        return self.mode in SPEAKING
