"""Rules that run by themselves, and changes of many tickets with their undo."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SINCE = """
CREATE FUNCTION webcare_note_status_since() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.status_since := statement_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER ticket_status_has_a_time
    BEFORE UPDATE OF status ON webcare_ticket
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION webcare_note_status_since();
"""
NO_SINCE = """
DROP TRIGGER ticket_status_has_a_time ON webcare_ticket;
DROP FUNCTION webcare_note_status_since();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0006_answers_wait_for_people"),
        ("webcare", "0013_priority_has_a_reason"),
    ]

    operations = [
        migrations.CreateModel(
            name="AutomationRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("name", models.CharField(max_length=100)),
                ("position", models.PositiveIntegerField(default=0)),
                ("is_enabled", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "timer_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("waiting", "Waiting for our answer"),
                            ("new", "New"),
                            ("open", "Open"),
                            ("pending", "Waiting for the customer"),
                            ("on_hold", "Waiting for a colleague"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("timer_minutes", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AutomationRuleVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("definition", models.JSONField()),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BulkItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("skipped", "Skipped"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=40
                    ),
                ),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BulkJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("action", models.JSONField()),
                ("filter", models.JSONField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "At work"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                            ("undoing", "Being undone"),
                            ("undone", "Undone"),
                        ],
                        db_default="running",
                        default="running",
                        max_length=9,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(db_default=0, default=0)),
                ("failed", models.PositiveIntegerField(db_default=0, default=0)),
                ("skipped", models.PositiveIntegerField(db_default=0, default=0)),
                ("undone", models.PositiveIntegerField(db_default=0, default=0)),
                ("undoing", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "asked_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RuleAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RuleFiring",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("since", models.DateTimeField()),
                ("has_fired", models.BooleanField(db_default=False, default=False)),
                ("ticket_version", models.PositiveIntegerField()),
                ("rule_version", models.PositiveIntegerField()),
                (
                    "claimed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RuleTrace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[("ran", "Ran"), ("refused", "Refused")], max_length=8
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=40
                    ),
                ),
                ("depth", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("steps", models.JSONField(default=list)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RuleTrigger",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "Opened"),
                            ("message_added", "Message Added"),
                            ("message_edited", "Message Edited"),
                            ("message_deleted", "Message Deleted"),
                            ("classified", "Classified"),
                            ("routed", "Routed"),
                            ("assigned", "Assigned"),
                            ("released", "Released"),
                            ("status_changed", "Status Changed"),
                            ("priority_changed", "Priority Changed"),
                            ("reply_written", "Reply Written"),
                            ("reply_taken_back", "Reply Taken Back"),
                            ("reply_sent", "Reply Sent"),
                            ("reply_refused", "Reply Refused"),
                            ("reply_uncertain", "Reply Uncertain"),
                            ("answered_elsewhere", "Answered Elsewhere"),
                            ("note_added", "Note Added"),
                            ("resolved", "Resolved"),
                            ("reopened", "Reopened"),
                            ("closed", "Closed"),
                            ("undone", "Undone"),
                            ("decided", "Decided"),
                            ("merged", "Merged"),
                            ("unmerged", "Unmerged"),
                            ("split", "Split"),
                            ("linked", "Linked"),
                            ("unlinked", "Unlinked"),
                            ("moved_to_private", "Moved To Private"),
                            ("tagged", "Tagged"),
                            ("untagged", "Untagged"),
                            ("field_changed", "Field Changed"),
                            ("followed", "Followed"),
                            ("unfollowed", "Unfollowed"),
                            ("reference_added", "Reference Added"),
                            ("reference_removed", "Reference Removed"),
                            ("consulted", "Consulted"),
                            ("consult_answered", "Consult Answered"),
                            ("alarm_raised", "Alarm Raised"),
                            ("alarm_sent", "Alarm Sent"),
                            ("alarm_acknowledged", "Alarm Acknowledged"),
                            ("approval_asked", "Approval Asked"),
                            ("approved", "Approved"),
                            ("approval_rejected", "Approval Rejected"),
                            ("approval_voided", "Approval Voided"),
                            ("reply_held", "Reply Held"),
                            ("reply_let_go", "Reply Let Go"),
                            ("macro_applied", "Macro Applied"),
                            ("rule_ran", "Rule Ran"),
                        ],
                        max_length=20,
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="ticket",
            name="status_since",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False
            ),
        ),
        migrations.AddField(
            model_name="automationrule",
            name="owner",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="automationrule",
            name="queue",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webcare.queue",
            ),
        ),
        migrations.AddField(
            model_name="automationruleversion",
            name="made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="automationruleversion",
            name="rule",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="webcare.automationrule",
            ),
        ),
        migrations.AddField(
            model_name="bulkitem",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webcare.ticket",
            ),
        ),
        migrations.AddField(
            model_name="bulkjob",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="bulkitem",
            name="job",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="webcare.bulkjob",
            ),
        ),
        migrations.AddField(
            model_name="ruleanswer",
            name="rule",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="answers",
                to="webcare.automationrule",
            ),
        ),
        migrations.AddField(
            model_name="ruleanswer",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webcare.ticket",
            ),
        ),
        migrations.AddField(
            model_name="rulefiring",
            name="rule",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webcare.automationrule",
            ),
        ),
        migrations.AddField(
            model_name="rulefiring",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webcare.ticket",
            ),
        ),
        migrations.AddField(
            model_name="ruletrace",
            name="event",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.ticketevent",
            ),
        ),
        migrations.AddField(
            model_name="ruletrace",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rule_traces",
                to="webcare.ticket",
            ),
        ),
        migrations.AddField(
            model_name="ruletrace",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="traces",
                to="webcare.automationruleversion",
            ),
        ),
        migrations.AddField(
            model_name="ruletrigger",
            name="rule",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="triggers",
                to="webcare.automationrule",
            ),
        ),
        migrations.AddConstraint(
            model_name="automationrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("timer_minutes__isnull", True), ("timer_state", "")),
                    models.Q(
                        ("timer_minutes__gte", 1),
                        (
                            "timer_state__in",
                            ["waiting", "new", "open", "pending", "on_hold"],
                        ),
                    ),
                    _connector="OR",
                ),
                name="automation_rule_timer_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="automationrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("retired_at__isnull", True), ("is_enabled", False), _connector="OR"
                ),
                name="automation_rule_retired_is_not_enabled",
            ),
        ),
        migrations.AddConstraint(
            model_name="automationruleversion",
            constraint=models.UniqueConstraint(
                fields=("rule", "number"), name="automation_rule_version_has_one_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["running", "done", "cancelled", "undoing", "undone"])
                ),
                name="bulk_job_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total__gte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("done"), "+", models.F("failed")
                            ),
                            "+",
                            models.F("skipped"),
                        ),
                    )
                ),
                name="bulk_job_counts_each_item_once",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkitem",
            index=models.Index(fields=["job", "id"], name="bulk_item_of_job"),
        ),
        migrations.AddConstraint(
            model_name="bulkitem",
            constraint=models.UniqueConstraint(
                fields=("job", "ticket"), name="bulk_item_is_one_per_ticket"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulkitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["waiting", "done", "failed", "skipped", "undoing", "undone"],
                    )
                ),
                name="bulk_item_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleanswer",
            constraint=models.UniqueConstraint(
                fields=("rule", "ticket"), name="rule_answers_a_ticket_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="rulefiring",
            constraint=models.UniqueConstraint(
                fields=("rule", "ticket"), name="rule_firing_is_one_per_ticket"
            ),
        ),
        migrations.AddIndex(
            model_name="ruletrace",
            index=models.Index(fields=["ticket", "-id"], name="rule_trace_of_ticket"),
        ),
        migrations.AddConstraint(
            model_name="ruletrace",
            constraint=models.CheckConstraint(
                condition=models.Q(("result__in", ["ran", "refused"])),
                name="rule_trace_result_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruletrace",
            constraint=models.UniqueConstraint(
                condition=models.Q(("event__isnull", False)),
                fields=("event", "version"),
                name="rule_trace_is_one_per_event",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruletrigger",
            constraint=models.UniqueConstraint(
                fields=("rule", "kind"), name="rule_trigger_stands_once"
            ),
        ),
        migrations.RunSQL(SINCE, NO_SINCE),
    ]
