import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Queue(models.Model):
    """Where work waits, owned by a team lead."""

    class Handout(models.TextChoices):
        PULL = "pull", _("Agents take work")
        PUSH = "push", _("Work is handed out")

    class OnSilence(models.TextChoices):
        RETURN = "return", _("Work returns to the queue")
        RETURN_AND_TELL_LEAD = (
            "return_and_tell_lead",
            _("Work returns to the queue, and its lead is told"),
        )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    lead = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    handout = models.CharField(max_length=4, choices=Handout, default=Handout.PULL)
    # Work that no rule or topic could place waits here; there is always one.
    is_triage = models.BooleanField(default=False)
    reopen_window_hours = models.PositiveIntegerField(default=72)
    # Whoever resolves has to say what became of the question.
    outcome_required = models.BooleanField(default=False, db_default=False)
    # A second person reads every answer before it goes out.
    needs_approval = models.BooleanField(default=False, db_default=False)
    # So long it waits for that person; then its writer has to look again.
    approval_hours = models.PositiveSmallIntegerField(default=24, db_default=24)
    # Work that waits for its agent this long returns to the queue; empty is never.
    silence_minutes = models.PositiveIntegerField(null=True, blank=True)
    # The same, when the agent has been away or unseen this long.
    absent_minutes = models.PositiveIntegerField(
        null=True, blank=True, default=30, db_default=30
    )
    on_silence = models.CharField(
        max_length=20,
        choices=OnSilence,
        default=OnSilence.RETURN,
        db_default="return",
    )
    # How well who answers knows the ticket's language, at least: 1 gets by, 2 fluent,
    # 3 as in their own.
    language_level = models.PositiveSmallIntegerField(default=1, db_default=1)
    # After this wait, who has a lower level of the language or the skill, or none, is
    # asked as well; 0 is at once, empty is never.
    widen_after_seconds = models.PositiveIntegerField(
        null=True, blank=True, default=300, db_default=300
    )
    # Said instead where a platform knows nothing private: which phone, which portal.
    private_alternative = models.TextField(default="", db_default="", blank=True)
    # When it is open; empty is the desk's default calendar, or always without one.
    calendar = models.ForeignKey(
        "webcare.Calendar",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    # Promises, in calendar seconds.
    first_response_seconds = models.PositiveIntegerField(default=3_600)
    next_response_seconds = models.PositiveIntegerField(default=3_600)
    resolution_seconds = models.PositiveIntegerField(default=86_400)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="queue_triage_is_one",
                fields=["is_triage"],
                condition=Q(is_triage=True),
            ),
            models.CheckConstraint(
                name="queue_approvals_wait_for_hours",
                condition=Q(approval_hours__range=(1, 720)),
            ),
            models.CheckConstraint(
                name="queue_language_level_is_known",
                condition=Q(language_level__range=(1, 3)),
            ),
            models.CheckConstraint(
                name="queue_handout_is_known", condition=Q(handout__in=["pull", "push"])
            ),
            models.CheckConstraint(
                name="queue_on_silence_is_known",
                condition=Q(on_silence__in=["return", "return_and_tell_lead"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoutingRule(models.Model):
    """The first rule, by position, whose every given condition holds decides."""

    position = models.PositiveIntegerField(unique=True)
    # An empty condition holds for every ticket; a topic includes its subtopics.
    topic = models.ForeignKey("webcare.Topic", models.CASCADE, null=True, blank=True)
    channel = models.ForeignKey(
        "conversations.Channel",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    language = models.CharField(max_length=12, default="", blank=True)
    priority = models.CharField(max_length=6, default="", blank=True)
    author_list = models.ForeignKey(
        "webcare.AuthorList", models.PROTECT, null=True, blank=True, related_name="+"
    )
    queue = models.ForeignKey(Queue, models.CASCADE, related_name="routing_rules")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position} → {self.queue}"


class RequiredSkill(models.Model):
    """What a topic, or a queue, asks of who answers."""

    skill = models.ForeignKey("webcare.Skill", models.CASCADE, related_name="+")
    topic = models.ForeignKey(
        "webcare.Topic", models.CASCADE, null=True, related_name="required_skills"
    )
    queue = models.ForeignKey(
        Queue, models.CASCADE, null=True, related_name="required_skills"
    )
    level = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="required_skill_is_one",
                fields=["skill", "topic", "queue"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="required_skill_is_of_a_topic_or_a_queue",
                condition=Q(topic__isnull=True, queue__isnull=False)
                | Q(topic__isnull=False, queue__isnull=True),
            ),
            models.CheckConstraint(
                name="required_skill_level_is_known",
                condition=Q(level__gte=1, level__lte=5),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill_id} {self.level}"


class ChannelLoad(models.Model):
    """How much of somebody's capacity one ticket of a channel takes; 1 if unsaid."""

    channel = models.OneToOneField(
        "conversations.Channel", models.CASCADE, primary_key=True, related_name="+"
    )
    weight = models.DecimalField(max_digits=4, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="channel_load_is_positive", condition=Q(weight__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.weight}"
