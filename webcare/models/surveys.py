import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from webcare.domain.outcomes import Priority
from webcare.domain.surveys import LANGUAGES, Skipped, SurveyState


class SurveySetting(models.Model):
    """Whether, when and how a queue asks people what they thought of it."""

    queue = models.OneToOneField(
        "webcare.Queue", models.CASCADE, primary_key=True, related_name="+"
    )
    is_on = models.BooleanField(default=False, db_default=False)
    delay_minutes = models.PositiveIntegerField(default=60, db_default=60)
    # How long an answer counts, by the link or in private.
    valid_days = models.PositiveSmallIntegerField(default=7, db_default=7)
    # Empty: wherever something private can be said.
    channels = models.ManyToManyField(
        "conversations.Channel", related_name="+", blank=True
    )
    # The desk's own question; empty is the usual one.
    question_nl = models.CharField(max_length=300, default="", blank=True)
    question_en = models.CharField(max_length=300, default="", blank=True)
    asks_comment = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="survey_setting_waits_until_it_has_ended",
                condition=Q(delay_minutes__gte=5, delay_minutes__lte=30 * 24 * 60),
            ),
            models.CheckConstraint(
                name="survey_setting_counts_for_a_while",
                condition=Q(valid_days__gte=1, valid_days__lte=30),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.is_on}"


class Survey(models.Model):
    """One resolution about which its author is asked, or could not be.

    Agent, queue, topic, channel and priority are as they were when it was resolved.
    """

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.PROTECT, related_name="surveys", db_index=False
    )
    # The line of the log that resolved it: one survey for each.
    event = models.OneToOneField(
        "webcare.TicketEvent",
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    ended_at = models.DateTimeField()
    author = models.ForeignKey(
        "conversations.Author", models.PROTECT, related_name="+", db_index=False
    )
    channel = models.ForeignKey(
        "conversations.Channel", models.PROTECT, related_name="+", db_index=False
    )
    queue = models.ForeignKey(
        "webcare.Queue", models.PROTECT, related_name="+", db_index=False
    )
    topic = models.ForeignKey(
        "webcare.Topic", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    agent = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    priority = models.CharField(max_length=6, choices=Priority)
    language = models.CharField(max_length=2)
    state = models.CharField(
        max_length=8,
        choices=SurveyState,
        default=SurveyState.WAITING,
        db_default="waiting",
    )
    # Why nobody was asked.
    reason = models.CharField(
        max_length=20, choices=Skipped, default="", db_default="", blank=True
    )
    # Asked at this moment, or, once asked, ended at it.
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    # Until then this author is not asked again: the database sees to it.
    rests_until = models.DateTimeField(null=True)
    delivery = models.OneToOneField(
        "conversations.Delivery", models.SET_NULL, null=True, related_name="+"
    )
    # SHA-256 of what the link holds; the link itself is in the text alone, until sent.
    digest = models.BinaryField(max_length=32, null=True, unique=True)
    score = models.PositiveSmallIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    # The private message that was read as the score; empty for the link.
    answer = models.ForeignKey(
        "conversations.Message",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="survey_state_is_known", condition=Q(state__in=SurveyState.values)
            ),
            models.CheckConstraint(
                name="survey_language_is_known", condition=Q(language__in=LANGUAGES)
            ),
            models.CheckConstraint(
                name="survey_priority_is_known",
                condition=Q(priority__in=Priority.values),
            ),
            models.CheckConstraint(
                name="survey_not_asked_has_a_reason",
                condition=Q(state="skipped", reason__in=Skipped.values)
                | (~Q(state="skipped") & Q(reason="")),
            ),
            models.CheckConstraint(
                name="survey_asked_has_a_time",
                condition=Q(
                    state__in=["waiting", "skipped"],
                    asked_at__isnull=True,
                    rests_until__isnull=True,
                )
                | Q(
                    state__in=["asked", "answered", "expired"],
                    asked_at__isnull=False,
                    rests_until__gt=F("asked_at"),
                ),
            ),
            models.CheckConstraint(
                name="survey_answered_has_a_score_and_a_time",
                condition=Q(
                    state="answered",
                    score__gte=1,
                    score__lte=5,
                    answered_at__isnull=False,
                )
                | (
                    ~Q(state="answered")
                    & Q(score__isnull=True, answered_at__isnull=True)
                ),
            ),
            ExclusionConstraint(
                name="survey_one_per_author_at_a_time",
                expressions=[
                    (
                        Func(
                            F("author"),
                            F("author"),
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            F("asked_at"),
                            F("rests_until"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(asked_at__isnull=False),
            ),
        ]
        indexes = [
            # Who is to be asked now, and whose time to answer is over.
            models.Index(
                name="survey_due",
                fields=["due_at"],
                condition=Q(state__in=["waiting", "asked"]),
            ),
            # Was this author asked lately, and do they answer now?
            models.Index(
                name="survey_of_author",
                fields=["author"],
                condition=Q(asked_at__isnull=False),
            ),
            models.Index(name="survey_of_ticket", fields=["ticket", "id"]),
            # Reports read a period of resolutions.
            models.Index(name="survey_by_end", fields=["ended_at"]),
            # And of what was asked and answered in it.
            models.Index(
                name="survey_by_asking",
                fields=["asked_at"],
                condition=Q(asked_at__isnull=False),
            ),
            models.Index(
                name="survey_by_answer",
                fields=["answered_at"],
                condition=Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.state}"


class SurveyComment(models.Model):
    """What somebody wrote beside a score: apart, so that it can be erased alone."""

    survey = models.OneToOneField(
        Survey, models.CASCADE, primary_key=True, related_name="comment"
    )
    text = models.TextField()
    written_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.survey_id}"
