import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from conversations.adapters.base import Visibility as Visibility

# What the platform called somebody, or a message, until it was erased.
ERASED = "erased:"


class Direction(models.TextChoices):
    IN = "in", _("From the author")
    OUT = "out", _("From us")


class Author(models.Model):
    """One identity on one channel; never a person, who may have several."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=models.Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    channel = models.ForeignKey(
        "conversations.Channel", models.PROTECT, related_name="+", db_index=False
    )
    external_id = models.CharField(max_length=255)
    handle = models.CharField(max_length=200, default="", db_default="", blank=True)
    name = models.CharField(max_length=200, default="", db_default="", blank=True)
    # What is left then is a number that figures are counted by.
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="author_is_known_once_per_channel",
                fields=["channel", "external_id"],
            ),
            models.CheckConstraint(
                name="author_erased_has_no_name",
                condition=Q(erased_at__isnull=True)
                | Q(external_id__startswith=ERASED, handle="", name=""),
            ),
        ]
        indexes = [
            # Who is meant by a handle, on whatever channel.
            models.Index(Lower("handle"), name="author_by_handle"),
        ]

    def __str__(self) -> str:
        return self.handle or self.name or self.external_id


class Thread(models.Model):
    """What belongs together on the platform."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=models.Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    channel = models.ForeignKey(
        "conversations.Channel", models.PROTECT, related_name="+", db_index=False
    )
    # t:<the platform's thread>, m:<the first message>, or p:<author> in private.
    key = models.CharField(max_length=260)
    visibility = models.CharField(max_length=7, choices=Visibility)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="thread_is_known_once_per_channel", fields=["channel", "key"]
            ),
            models.CheckConstraint(
                name="thread_visibility_is_known",
                condition=Q(visibility__in=Visibility.values),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def platform_id(self) -> str | None:
        """The platform's own name of this thread, where it has one."""
        return self.key[2:] if self.key.startswith("t:") else None


class Message(models.Model):
    """One post, comment or private message, from an author or from us."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=models.Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    channel = models.ForeignKey(
        "conversations.Channel", models.PROTECT, related_name="+", db_index=False
    )
    external_id = models.CharField(max_length=255)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(
        Author, models.PROTECT, null=True, related_name="+", db_index=False
    )
    event = models.ForeignKey(
        "conversations.InboundEvent",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    direction = models.CharField(max_length=3, choices=Direction)
    visibility = models.CharField(max_length=7, choices=Visibility)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=2_000, default="", db_default="", blank=True)
    in_reply_to = models.CharField(
        max_length=255, default="", db_default="", blank=True
    )
    # What the sender says; what we detect belongs to the desk.
    language = models.CharField(max_length=12, default="", db_default="", blank=True)
    addressed = models.BooleanField(default=True, db_default=True)
    # Loaded from an archive: starts no clock.
    history = models.BooleanField(default=False, db_default=False)
    posted_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    # Taken away by us before its author did: it was asked for, or it was old.
    emptied_at = models.DateTimeField(null=True)
    # Done by us on the platform.
    hidden_at = models.DateTimeField(null=True)
    liked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="message_is_kept_once_per_channel",
                fields=["channel", "external_id"],
            ),
            models.CheckConstraint(
                name="message_direction_is_known",
                condition=Q(direction__in=Direction.values),
            ),
            models.CheckConstraint(
                name="message_visibility_is_known",
                condition=Q(visibility__in=Visibility.values),
            ),
            models.CheckConstraint(
                name="message_inbound_has_an_author",
                condition=Q(direction=Direction.OUT) | Q(author__isnull=False),
            ),
            models.CheckConstraint(
                name="message_deleted_has_no_text",
                condition=Q(deleted_at__isnull=True) | Q(text=""),
            ),
        ]
        indexes = [
            # A thread is read in the order in which it was written.
            models.Index(
                name="message_in_thread", fields=["thread", "posted_at", "id"]
            ),
            # What was heard and said in a period.
            models.Index(name="message_by_time", fields=["posted_at"]),
            # All that somebody said: shown to them, or erased.
            models.Index(name="message_of_author", fields=["author", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.external_id}"


class MessageVersion(models.Model):
    """An earlier text of an edited message: what the agent may have answered to."""

    message = models.ForeignKey(
        Message, models.CASCADE, related_name="versions", db_index=False
    )
    text = models.TextField(blank=True)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="message_version_is_kept_once", fields=["message", "written_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} of {self.written_at}"


class Tombstone(models.Model):
    """A deletion that may have come before its message; it has no content."""

    channel = models.ForeignKey(
        "conversations.Channel", models.PROTECT, related_name="+", db_index=False
    )
    external_id = models.CharField(max_length=255)
    deleted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="tombstone_stands_once", fields=["channel", "external_id"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.external_id}"


class Attachment(models.Model):
    """A file beside a message, as the platform names it; never fetched unasked."""

    message = models.ForeignKey(
        Message, models.CASCADE, related_name="attachments", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    url = models.CharField(max_length=2_000)
    name = models.CharField(max_length=255, default="", db_default="", blank=True)
    type = models.CharField(max_length=100, default="", db_default="", blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                name="attachment_has_one_place", fields=["message", "position"]
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.url
