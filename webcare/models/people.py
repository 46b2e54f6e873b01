import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from webcare.domain.permissions import Role


class User(AbstractUser):
    """Somebody, or some system, that signs in here."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Put under an answer as ^AB, a Dutch habit; counted in the text's length.
    initials = models.CharField(max_length=4, default="", blank=True)
    language = models.CharField(max_length=5, default="", blank=True)
    # How much is handed out to this person at once: a sum of the channels' weights.
    capacity = models.PositiveSmallIntegerField(default=5)
    # Somebody new: a second person reads their answers before they go out.
    needs_approval = models.BooleanField(default=False, db_default=False)
    # Works for somebody else: sees the queues given, never all of them.
    is_external = models.BooleanField(default=False, db_default=False)
    # Part of what every session is sealed with: one more ends them all.
    access_version = models.PositiveIntegerField(default=0, db_default=0)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                name="user_external_does_not_hold_everything",
                condition=Q(is_external=False) | Q(is_superuser=False),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        if self.access_version == 0:
            sealed: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
            return sealed
        value = f"{self.password} {self.access_version}"
        return salted_hmac(
            "webcare.models.User", value, secret=secret, algorithm="sha256"
        ).hexdigest()


class UserLanguage(models.Model):
    """A language that somebody answers in; who has none named answers in any."""

    user = models.ForeignKey(User, models.CASCADE, related_name="languages")
    language = models.CharField(max_length=12)
    # 1 gets by, 2 fluent, 3 as in their own language.
    level = models.PositiveSmallIntegerField(default=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="user_language_is_one", fields=["user", "language"]
            ),
            models.CheckConstraint(
                name="user_language_level_is_known",
                condition=Q(level__gte=1, level__lte=3),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.level}"


class Skill(models.Model):
    """Something a topic or a queue can ask of who answers."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserSkill(models.Model):
    """How well somebody does something: 1 begins, 5 teaches it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(default=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="user_skill_is_one", fields=["user", "skill"]),
            models.CheckConstraint(
                name="user_skill_level_is_known",
                condition=Q(level__gte=1, level__lte=5),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill_id} {self.level}"


class Membership(models.Model):
    """A role in one queue, or in all of them where `queue` is empty."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    queue = models.ForeignKey(
        "webcare.Queue", models.CASCADE, null=True, blank=True, related_name="members"
    )
    role = models.CharField(max_length=20, choices=Role)
    # Share of the work that is handed out, relative to the others of the queue.
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="membership_one_role_per_queue",
                fields=["user", "queue"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="membership_role_is_known", condition=Q(role__in=Role.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class Presence(models.Model):
    """Whether a person is at work, by their own word and their last sign of life."""

    class State(models.TextChoices):
        PRESENT = "present", _("Present")
        BREAK = "break", _("On a break")
        AWAY = "away", _("Away")

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="presence"
    )
    state = models.CharField(max_length=10, choices=State, default=State.AWAY)
    # When the state was last another one.
    since = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    # Ties go to who has been idle longest.
    last_assigned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="presence_state_is_known",
                condition=Q(state__in=["present", "break", "away"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state}"


class ApiToken(models.Model):
    """A client's key: only its hash is kept, and it is shown once."""

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # To the hour, so that reading does not write.
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class FailedSignIn(models.Model):
    """One refused attempt; counted per account and per network before the next."""

    account = models.CharField(max_length=150)
    network = models.CharField(max_length=45)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(name="failed_sign_in_account", fields=["account", "at"]),
            models.Index(name="failed_sign_in_network", fields=["network", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.network} {self.at}"


class IdempotentRequest(models.Model):
    """A POST that was answered: the same key gets the same answer again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    # SHA-256 over method, path and body: another request under the key is refused.
    fingerprint = models.BinaryField(max_length=32)
    # Empty while the first one is still at work.
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="idempotent_request_is_answered_once", fields=["user", "key"]
            ),
        ]

    def __str__(self) -> str:
        return self.key
