"""Promises follow policies, in versions; clocks pause, warn and break."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# `webcare_refuse` is from 0017: it names the table, and the trigger as the constraint.
APPEND_ONLY = """
CREATE TRIGGER policy_version_is_append_only
    BEFORE UPDATE OR DELETE ON webcare_policyversion
    FOR EACH ROW EXECUTE FUNCTION webcare_refuse();
CREATE TRIGGER policy_version_is_never_emptied
    BEFORE TRUNCATE ON webcare_policyversion
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_refuse();
"""
REWRITABLE = """
DROP TRIGGER policy_version_is_never_emptied ON webcare_policyversion;
DROP TRIGGER policy_version_is_append_only ON webcare_policyversion;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0042_promises_are_marked"),
    ]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="breached_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="calendar_version",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.calendarversion",
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="next_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="paused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="warned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="clock",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="ruletrigger",
            name="kind",
            field=models.CharField(
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
                    ("message_hidden", "Message Hidden"),
                    ("message_unhidden", "Message Unhidden"),
                    ("message_liked", "Message Liked"),
                    ("message_unliked", "Message Unliked"),
                    ("message_retracted", "Message Retracted"),
                    ("macro_applied", "Macro Applied"),
                    ("rule_ran", "Rule Ran"),
                    ("survey_asked", "Survey Asked"),
                    ("survey_answered", "Survey Answered"),
                    ("survey_unread", "Survey Unread"),
                    ("promised", "Promised"),
                    ("warned", "Warned"),
                    ("breached", "Breached"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="ticketevent",
            name="kind",
            field=models.CharField(
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
                    ("message_hidden", "Message Hidden"),
                    ("message_unhidden", "Message Unhidden"),
                    ("message_liked", "Message Liked"),
                    ("message_unliked", "Message Unliked"),
                    ("message_retracted", "Message Retracted"),
                    ("macro_applied", "Macro Applied"),
                    ("rule_ran", "Rule Ran"),
                    ("survey_asked", "Survey Asked"),
                    ("survey_answered", "Survey Answered"),
                    ("survey_unread", "Survey Unread"),
                    ("promised", "Promised"),
                    ("warned", "Warned"),
                    ("breached", "Breached"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Policy",
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
                ("is_enabled", models.BooleanField(default=True)),
                ("version", models.PositiveIntegerField(default=1)),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired_at__isnull", True),
                            ("is_enabled", False),
                            _connector="OR",
                        ),
                        name="policy_retired_is_not_enabled",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyVersion",
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
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="webcare.policy",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="clock",
            name="policy_version",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.policyversion",
            ),
        ),
        AddConstraintNotValid(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paused_at__isnull", True),
                    ("stopped_at__isnull", True),
                    _connector="OR",
                ),
                name="clock_is_not_both_paused_and_stopped",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.UniqueConstraint(
                fields=("policy", "number"), name="policy_version_has_one_number"
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, REWRITABLE),
    ]
