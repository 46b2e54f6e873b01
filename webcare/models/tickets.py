import uuid
from typing import Self

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from webcare.domain.lifecycle import LIVE, Status
from webcare.domain.outcomes import (
    DecidedBy,
    Priority,
    PrioritySetBy,
    Resolution,
)
from webcare.domain.readings import Sentiment

_DONE = Q(status__in=[Status.RESOLVED, Status.CLOSED])
_IS_LIVE = Q(status__in=sorted(LIVE))
_WAITS_FOR_US = Q(status__in=[Status.NEW, Status.OPEN])


class TicketQuerySet(models.QuerySet["Ticket"]):
    def live(self) -> Self:
        return self.filter(_IS_LIVE)


class Ticket(models.Model):
    """One question from one author, from first message to resolution."""

    class Origin(models.TextChoices):
        MESSAGE = "message"
        SPLIT = "split"
        UNMERGE = "unmerge"

    public_id = models.UUIDField(
        default=uuid.uuid4,
        db_default=Func(function="gen_random_uuid"),
        unique=True,
        editable=False,
    )
    thread = models.ForeignKey(
        "conversations.Thread", models.PROTECT, related_name="+", db_index=False
    )
    author = models.ForeignKey(
        "conversations.Author", models.PROTECT, related_name="+", db_index=False
    )
    channel = models.ForeignKey(
        "conversations.Channel", models.PROTECT, related_name="+", db_index=False
    )
    origin = models.CharField(
        max_length=7, choices=Origin, default=Origin.MESSAGE, db_default="message"
    )
    # The ticket this one continues, when its author came back too late to reopen it.
    follows = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # The ticket whose messages these were until somebody split them off.
    split_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # Where this one is worked on since it was merged: the end of the chain.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False
    )
    status = models.CharField(
        max_length=8, choices=Status, default=Status.NEW, db_default="new"
    )
    # Kept by a trigger, so that no statement that moves a ticket can forget it.
    status_since = models.DateTimeField(db_default=Now(), editable=False)
    priority = models.CharField(
        max_length=6, choices=Priority, default=Priority.NORMAL, db_default="normal"
    )
    priority_reason = models.CharField(
        max_length=200, default="", db_default="", blank=True
    )
    priority_by = models.CharField(
        max_length=6,
        choices=PrioritySetBy,
        default=PrioritySetBy.SYSTEM,
        db_default="system",
    )
    is_danger = models.BooleanField(default=False, db_default=False)
    queue = models.ForeignKey(
        "webcare.Queue", models.PROTECT, null=True, related_name="+", db_index=False
    )
    agent = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    language = models.CharField(max_length=12, default="", db_default="")
    topic = models.ForeignKey(
        "webcare.Topic", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    topic_by = models.CharField(
        max_length=6, choices=DecidedBy, default=DecidedBy.UNSURE, db_default="unsure"
    )
    topic_confidence = models.FloatField(null=True)
    # How its author feels: what the newest message of theirs is taken for.
    sentiment = models.CharField(
        max_length=8, choices=Sentiment, default="", db_default="", blank=True
    )
    # The first line, as the list shows it: what the author last wrote to us.
    excerpt = models.CharField(max_length=280, default="", db_default="")
    opened_at = models.DateTimeField()
    # The earliest of the author's messages that has had no answer.
    waiting_since = models.DateTimeField(null=True)
    # The nearest promise that is still running.
    due_at = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField()
    # The newest message of the author: what a reply has to have been written against.
    last_inbound = models.ForeignKey(
        "conversations.Message",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    # The one that came in last, whenever it was written: a platform may be late. What
    # is older than the newest is news all the same to who has not seen it.
    last_heard = models.BigIntegerField(null=True)
    # The newest answer of ours that was made outside the desk: news to a writer, too.
    last_outside = models.ForeignKey(
        "conversations.Message",
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    first_response_seconds = models.PositiveIntegerField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(
        max_length=16, choices=Resolution, default="", db_default="", blank=True
    )
    resolution_seconds = models.PositiveIntegerField(null=True)
    # Why it ended so: a stable word, and a sentence that the log never holds.
    resolution_reason = models.CharField(
        max_length=40, default="", db_default="", blank=True
    )
    resolution_note = models.CharField(
        max_length=200, default="", db_default="", blank=True
    )
    snoozed_until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1, db_default=1)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="ticket_one_live_per_thread_and_author",
                fields=["thread", "author"],
                condition=_IS_LIVE & Q(origin="message"),
            ),
            models.CheckConstraint(
                name="ticket_status_is_known", condition=Q(status__in=Status.values)
            ),
            models.CheckConstraint(
                name="ticket_origin_is_known",
                condition=Q(origin__in=["message", "split", "unmerge"]),
            ),
            models.CheckConstraint(
                name="ticket_topic_by_is_known",
                condition=Q(topic_by__in=DecidedBy.values),
            ),
            models.CheckConstraint(
                name="ticket_sentiment_is_known",
                condition=Q(sentiment__in=["", *Sentiment.values]),
            ),
            models.CheckConstraint(
                name="ticket_resolution_is_known",
                condition=Q(resolution__in=["", *Resolution.values]),
            ),
            models.CheckConstraint(
                name="ticket_priority_is_known",
                condition=Q(priority__in=Priority.values),
            ),
            models.CheckConstraint(
                name="ticket_priority_by_is_known",
                condition=Q(priority_by__in=PrioritySetBy.values),
            ),
            models.CheckConstraint(
                name="ticket_resolved_has_a_time_and_an_outcome",
                condition=(_DONE & Q(resolved_at__isnull=False) & ~Q(resolution=""))
                | (_IS_LIVE & Q(resolved_at__isnull=True, resolution="")),
            ),
            models.CheckConstraint(
                name="ticket_merged_is_closed_into_another",
                condition=Q(merged_into__isnull=True)
                | (Q(status=Status.CLOSED) & ~Q(merged_into=F("id"))),
            ),
            models.CheckConstraint(
                name="ticket_live_has_no_reason_for_its_end",
                condition=_DONE | Q(resolution_reason="", resolution_note=""),
            ),
            models.CheckConstraint(
                name="ticket_new_has_no_agent",
                condition=~Q(status=Status.NEW) | Q(agent__isnull=True),
            ),
            models.CheckConstraint(
                name="ticket_snoozed_has_a_time",
                condition=Q(status=Status.SNOOZED, snoozed_until__isnull=False)
                | (~Q(status=Status.SNOOZED) & Q(snoozed_until__isnull=True)),
            ),
        ]
        indexes = [
            # Intake: has this author a ticket in this thread, live or resolved lately?
            models.Index(
                name="ticket_of_thread_and_author", fields=["thread", "author", "-id"]
            ),
            # The inbox: live work, oldest first, of all queues or of one.
            models.Index(
                name="ticket_live_by_age",
                fields=["opened_at", "id"],
                condition=_IS_LIVE,
            ),
            models.Index(
                name="ticket_live_of_queue",
                fields=["queue", "opened_at", "id"],
                condition=_IS_LIVE,
            ),
            # Mine and nobody's, by what is due; and the load of each agent, of which it
            # has all that is asked. What is nobody's is new or open: statistics of both
            # (ticket_status_with_agent) tell the planner how much that is.
            models.Index(
                name="ticket_live_of_agent_by_due",
                fields=["agent", "due_at", "id"],
                include=["status", "channel", "opened_at", "waiting_since"],
                condition=_IS_LIVE,
            ),
            # The other orders of the list.
            models.Index(
                name="ticket_live_by_due", fields=["due_at", "id"], condition=_IS_LIVE
            ),
            models.Index(
                name="ticket_live_by_waiting",
                fields=["waiting_since", "id"],
                condition=_IS_LIVE,
            ),
            # Handing out and taking the next one: what waits in a queue, in that order.
            models.Index(
                "queue",
                F("is_danger").desc(),
                "due_at",
                "opened_at",
                "id",
                name="ticket_waits_for_an_agent",
                condition=_WAITS_FOR_US & Q(agent__isnull=True, queue__isnull=False),
            ),
            # The inbox: danger on top, each queue by who waits longest, what was
            # resolved last.
            models.Index(
                name="ticket_danger_waits",
                fields=["opened_at", "id"],
                condition=_WAITS_FOR_US & Q(is_danger=True),
            ),
            models.Index(
                name="ticket_live_of_queue_by_wait",
                fields=["queue", "waiting_since", "id"],
                condition=_IS_LIVE,
            ),
            models.Index(
                name="ticket_by_resolution",
                fields=["resolved_at", "id"],
                condition=_DONE,
            ),
            # Timed rules: parked for how long?
            models.Index(
                name="ticket_parked_since",
                fields=["status", "status_since"],
                condition=Q(status__in=["pending", "on_hold"]),
            ),
            # What belongs to a ticket beside its own: merged in, split off, gone on.
            models.Index(
                name="ticket_merged_in",
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
            ),
            models.Index(
                name="ticket_split_off",
                fields=["split_from"],
                condition=Q(split_from__isnull=False),
            ),
            models.Index(
                name="ticket_followed_by",
                fields=["follows"],
                condition=Q(follows__isnull=False),
            ),
            # The sweeps: what wakes now, and what can no longer be reopened.
            models.Index(
                name="ticket_snoozed_by_time",
                fields=["snoozed_until", "id"],
                condition=Q(status=Status.SNOOZED),
            ),
            models.Index(
                name="ticket_resolved_of_queue",
                fields=["queue", "resolved_at"],
                condition=Q(status=Status.RESOLVED),
            ),
            models.Index(name="ticket_by_age", fields=["opened_at", "id"]),
            # What has changed since a moment, and of it, without a look at the rows,
            # what was opened before: the backlog of then.
            models.Index(
                name="ticket_by_change_and_age",
                fields=["changed_at", "id", "opened_at"],
            ),
            # The same orders within a queue, an agent or a topic: who sees some queues
            # gets theirs merged, and nothing is sorted.
            models.Index(
                name="ticket_live_of_queue_by_due",
                fields=["queue", "due_at", "id"],
                condition=_IS_LIVE,
            ),
            models.Index(name="ticket_of_queue", fields=["queue", "opened_at", "id"]),
            models.Index(
                name="ticket_of_queue_by_change", fields=["queue", "changed_at", "id"]
            ),
            models.Index(name="ticket_of_agent", fields=["agent", "opened_at", "id"]),
            models.Index(name="ticket_of_topic", fields=["topic", "opened_at", "id"]),
            # A search `from:`, and what to index again when somebody is renamed.
            models.Index(name="ticket_of_author", fields=["author", "opened_at", "id"]),
            models.Index(
                name="ticket_of_channel", fields=["channel", "opened_at", "id"]
            ),
            models.Index(
                name="ticket_of_language", fields=["language", "opened_at", "id"]
            ),
            # What waits for somebody to say what it is about.
            models.Index(
                name="ticket_live_unsure",
                fields=["opened_at", "id"],
                condition=_IS_LIVE & Q(topic_by="unsure"),
            ),
            models.Index(
                name="ticket_of_sentiment", fields=["sentiment", "opened_at", "id"]
            ),
            models.Index(
                name="ticket_of_danger",
                fields=["opened_at", "id"],
                condition=Q(is_danger=True),
            ),
            # The few that press, of the many that do not.
            models.Index(
                name="ticket_live_pressing",
                fields=["priority", "opened_at", "id"],
                condition=_IS_LIVE & Q(priority__in=["high", "urgent"]),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def number(self) -> int:
        """The short number that people say to each other."""
        return self.pk

    @property
    def is_live(self) -> bool:
        return self.status in LIVE
