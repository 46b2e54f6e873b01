import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0013_private_windows_close"),
        ("webcare", "0040_turns_are_found_by_their_ends"),
    ]

    operations = [
        migrations.CreateModel(
            name="Annoyance",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="conversations.message",
                    ),
                ),
                ("why", models.CharField(max_length=20)),
                ("edition", models.PositiveSmallIntegerField()),
                (
                    "noted_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportMailing",
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
                ("instant", models.DateTimeField()),
                ("by_hand", models.BooleanField(db_default=False, default=False)),
                (
                    "written_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportSchedule",
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
                (
                    "report",
                    models.CharField(
                        choices=[
                            ("satisfaction", "Satisfaction"),
                            ("response-rate", "Response rate"),
                            ("added-value", "Added value"),
                            ("response-times", "Response times"),
                            ("resolutions", "Resolutions"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "by",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=10
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("yesterday", "Yesterday"),
                            ("last_7_days", "The last seven days"),
                            ("last_week", "Last week"),
                            ("last_month", "Last month"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(), size=None
                    ),
                ),
                ("at", models.TimeField()),
                (
                    "to",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.EmailField(max_length=254), size=None
                    ),
                ),
                (
                    "language",
                    models.CharField(db_default="nl", default="nl", max_length=2),
                ),
                ("is_on", models.BooleanField(db_default=True, default=True)),
                (
                    "stopped_because",
                    models.CharField(
                        blank=True,
                        choices=[("not_allowed", "Not Allowed")],
                        db_default="",
                        default="",
                        max_length=20,
                    ),
                ),
                ("next_at", models.DateTimeField()),
                ("last_at", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Survey",
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
                    models.UUIDField(
                        db_default=models.Func(function="gen_random_uuid"),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                ("ended_at", models.DateTimeField()),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            ("low", "Low"),
                            ("normal", "Normal"),
                            ("high", "High"),
                            ("urgent", "Urgent"),
                        ],
                        max_length=6,
                    ),
                ),
                ("language", models.CharField(max_length=2)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "To be asked"),
                            ("asked", "Asked"),
                            ("answered", "Answered"),
                            ("expired", "Not answered"),
                            ("skipped", "Not asked"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("switched_off", "Not asked here any more"),
                            ("danger", "It spoke of danger"),
                            ("wants_peace", "They asked to be left alone"),
                            ("asked_lately", "Asked in the last 30 days"),
                            ("live_again", "The question is open again"),
                            ("no_private_way", "They never wrote in private"),
                            ("window_closed", "The platform's window is closed"),
                            ("not_sending", "The channel does not send"),
                            ("refused", "The platform refused it"),
                            ("too_late", "It could not be sent in time"),
                        ],
                        db_default="",
                        default="",
                        max_length=20,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("rests_until", models.DateTimeField(null=True)),
                ("digest", models.BinaryField(max_length=32, null=True, unique=True)),
                ("score", models.PositiveSmallIntegerField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SurveySetting",
            fields=[
                (
                    "queue",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="webcare.queue",
                    ),
                ),
                ("is_on", models.BooleanField(db_default=False, default=False)),
                (
                    "delay_minutes",
                    models.PositiveIntegerField(db_default=60, default=60),
                ),
                (
                    "valid_days",
                    models.PositiveSmallIntegerField(db_default=7, default=7),
                ),
                (
                    "question_nl",
                    models.CharField(blank=True, default="", max_length=300),
                ),
                (
                    "question_en",
                    models.CharField(blank=True, default="", max_length=300),
                ),
                ("asks_comment", models.BooleanField(db_default=True, default=True)),
            ],
        ),
        migrations.AddField(
            model_name="mail",
            name="attachment",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="mail",
            name="attachment_name",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=100
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="html",
            field=models.TextField(blank=True, db_default="", default=""),
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
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["waiting", "sending"]),
                    models.Q(("attachment", ""), ("html", "")),
                    _connector="OR",
                ),
                name="mail_settled_has_no_file",
            ),
        ),
        migrations.AddField(
            model_name="annoyance",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="conversations.author",
            ),
        ),
        migrations.AddField(
            model_name="reportschedule",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reportmailing",
            name="schedule",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mailings",
                to="webcare.reportschedule",
            ),
        ),
        migrations.CreateModel(
            name="SurveyComment",
            fields=[
                (
                    "survey",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="comment",
                        serialize=False,
                        to="webcare.survey",
                    ),
                ),
                ("text", models.TextField()),
                (
                    "written_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="survey",
            name="agent",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="answer",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="conversations.message",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="author",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="conversations.author",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="channel",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="conversations.channel",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="delivery",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="conversations.delivery",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="event",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="webcare.ticketevent",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="queue",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.queue",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="surveys",
                to="webcare.ticket",
            ),
        ),
        migrations.AddField(
            model_name="survey",
            name="topic",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="webcare.topic",
            ),
        ),
        migrations.AddField(
            model_name="surveysetting",
            name="channels",
            field=models.ManyToManyField(
                blank=True, related_name="+", to="conversations.channel"
            ),
        ),
        migrations.AddIndex(
            model_name="reportschedule",
            index=models.Index(
                condition=models.Q(("is_on", True)),
                fields=["next_at"],
                name="report_schedule_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "period__in",
                        ["yesterday", "last_7_days", "last_week", "last_month"],
                    )
                ),
                name="report_schedule_period_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__len__gte", 1), ("to__len__gte", 1)),
                name="report_schedule_has_days_and_readers",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stopped_because", ""), ("is_on", False), _connector="OR"
                ),
                name="report_schedule_stopped_is_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportmailing",
            constraint=models.UniqueConstraint(
                fields=("schedule", "instant"), name="report_mailing_is_one_per_instant"
            ),
        ),
        migrations.AddIndex(
            model_name="survey",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "asked"])),
                fields=["due_at"],
                name="survey_due",
            ),
        ),
        migrations.AddIndex(
            model_name="survey",
            index=models.Index(
                condition=models.Q(("asked_at__isnull", False)),
                fields=["author"],
                name="survey_of_author",
            ),
        ),
        migrations.AddIndex(
            model_name="survey",
            index=models.Index(fields=["ticket", "id"], name="survey_of_ticket"),
        ),
        migrations.AddIndex(
            model_name="survey",
            index=models.Index(fields=["ended_at"], name="survey_by_end"),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["waiting", "asked", "answered", "expired", "skipped"],
                    )
                ),
                name="survey_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ("nl", "en"))),
                name="survey_language_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("priority__in", ["low", "normal", "high", "urgent"])
                ),
                name="survey_priority_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "reason__in",
                            [
                                "switched_off",
                                "danger",
                                "wants_peace",
                                "asked_lately",
                                "live_again",
                                "no_private_way",
                                "window_closed",
                                "not_sending",
                                "refused",
                                "too_late",
                            ],
                        ),
                        ("state", "skipped"),
                    ),
                    models.Q(
                        models.Q(("state", "skipped"), _negated=True), ("reason", "")
                    ),
                    _connector="OR",
                ),
                name="survey_not_asked_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("asked_at__isnull", True),
                        ("rests_until__isnull", True),
                        ("state__in", ["waiting", "skipped"]),
                    ),
                    models.Q(
                        ("asked_at__isnull", False),
                        ("rests_until__gt", models.F("asked_at")),
                        ("state__in", ["asked", "answered", "expired"]),
                    ),
                    _connector="OR",
                ),
                name="survey_asked_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answered_at__isnull", False),
                        ("score__gte", 1),
                        ("score__lte", 5),
                        ("state", "answered"),
                    ),
                    models.Q(
                        models.Q(("state", "answered"), _negated=True),
                        ("answered_at__isnull", True),
                        ("score__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="survey_answered_has_a_score_and_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("asked_at__isnull", False)),
                expressions=[
                    (
                        models.Func(
                            models.F("author"),
                            models.F("author"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("asked_at"),
                            models.F("rests_until"),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="survey_one_per_author_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="surveysetting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delay_minutes__gte", 5), ("delay_minutes__lte", 43200)
                ),
                name="survey_setting_waits_until_it_has_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="surveysetting",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_days__gte", 1), ("valid_days__lte", 30)),
                name="survey_setting_counts_for_a_while",
            ),
        ),
    ]
