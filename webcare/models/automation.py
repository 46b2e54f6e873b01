import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from webcare.domain.automation.words import TimerState, TraceResult
from webcare.models.ticket_events import TicketEvent


class AutomationRule(models.Model):
    """What the desk does by itself when a ticket changes, or time passes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    # Rules are asked in this order; a later one sees what an earlier one did.
    position = models.PositiveIntegerField(default=0)
    is_enabled = models.BooleanField(default=False)
    # It looks at the tickets of one queue, or at all where this is empty.
    queue = models.ForeignKey(
        "webcare.Queue", models.CASCADE, null=True, blank=True, related_name="+"
    )
    # Whose permission it acts under, asked again each time: who saved it last.
    owner = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    timer_state = models.CharField(
        max_length=8, choices=TimerState, default="", blank=True
    )
    timer_minutes = models.PositiveIntegerField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    # Taken out of use: what it did can still be named.
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="automation_rule_timer_is_known",
                condition=Q(timer_state="", timer_minutes__isnull=True)
                | Q(timer_state__in=TimerState.values, timer_minutes__gte=1),
            ),
            models.CheckConstraint(
                name="automation_rule_retired_is_not_enabled",
                condition=Q(retired_at__isnull=True) | Q(is_enabled=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RuleTrigger(models.Model):
    """One kind of event that a rule listens to; every write to the log asks this."""

    rule = models.ForeignKey(
        AutomationRule, models.CASCADE, related_name="triggers", db_index=False
    )
    kind = models.CharField(max_length=20, choices=TicketEvent.Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="rule_trigger_stands_once", fields=["rule", "kind"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.kind}"


class AutomationRuleVersion(models.Model):
    """A rule as it was once saved, so that a trace can name what ran."""

    rule = models.ForeignKey(
        AutomationRule, models.CASCADE, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    # Trigger, conditions and actions, in the form that was checked.
    definition = models.JSONField()
    made_by = models.ForeignKey(
        "webcare.User", models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="automation_rule_version_has_one_number",
                fields=["rule", "number"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} v{self.number}"


class RuleTrace(models.Model):
    """What a rule did to a ticket, or why it was not allowed to."""

    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="rule_traces", db_index=False
    )
    version = models.ForeignKey(
        AutomationRuleVersion, models.CASCADE, related_name="traces", db_index=False
    )
    # What woke it; empty for a timer.
    event = models.ForeignKey(
        TicketEvent, models.PROTECT, null=True, related_name="+", db_index=False
    )
    result = models.CharField(max_length=8, choices=TraceResult)
    # A stable word: why it was refused.
    reason = models.CharField(max_length=40, default="", db_default="", blank=True)
    # How many rules in a row led to this.
    depth = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Each action in its order, and what became of it; no text of anybody.
    steps = models.JSONField(default=list)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="rule_trace_result_is_known",
                condition=Q(result__in=TraceResult.values),
            ),
            models.UniqueConstraint(
                name="rule_trace_is_one_per_event",
                fields=["event", "version"],
                condition=Q(event__isnull=False),
            ),
        ]
        indexes = [
            # The trace of a ticket, newest first; and how often a rule ran lately.
            models.Index(name="rule_trace_of_ticket", fields=["ticket", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.version_id} {self.result}"


class RuleFiring(models.Model):
    """A timed rule looked at a ticket for this period of its state: once, or again
    after something changed as long as it did not match."""

    rule = models.ForeignKey(
        AutomationRule, models.CASCADE, related_name="+", db_index=False
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="+", db_index=False
    )
    # When the period began that the timer counts from.
    since = models.DateTimeField()
    has_fired = models.BooleanField(default=False, db_default=False)
    # As they were when it was last looked at.
    ticket_version = models.PositiveIntegerField()
    rule_version = models.PositiveIntegerField()
    claimed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="rule_firing_is_one_per_ticket", fields=["rule", "ticket"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.ticket_id} {self.since}"


class RuleHold(models.Model):
    """What a rule does about a warning or a breach waits until the queue opens."""

    rule = models.ForeignKey(
        AutomationRule, models.CASCADE, related_name="+", db_index=False
    )
    # What woke it.
    event = models.ForeignKey(
        TicketEvent, models.CASCADE, related_name="+", db_index=False
    )
    ticket = models.ForeignKey(
        "webcare.Ticket", models.CASCADE, related_name="+", db_index=False
    )
    held_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="rule_hold_is_one_per_event", fields=["rule", "event"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.event_id}"


class RuleAnswer(models.Model):
    """A rule answered somebody who waited: once a turn, whatever happens to it."""

    rule = models.ForeignKey(
        AutomationRule, models.CASCADE, related_name="answers", db_index=False
    )
    turn = models.ForeignKey(
        "webcare.Turn", models.CASCADE, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="rule_answers_a_turn_once", fields=["rule", "turn"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.turn_id}"
