"""What every figure is made of: turns, endings and work, each with both its times."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    BtreeGistExtension,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0011_checked_beside_the_work"),
        ("webcare", "0030_macros_are_counted_once"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Activity",
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
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("goes_on", models.BooleanField(db_default=True, default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Ending",
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
                ("number", models.PositiveSmallIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
                (
                    "known_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("answered", "Answered"),
                            ("no_answer_needed", "No answer needed"),
                            ("passed_on", "Passed on"),
                            ("duplicate", "Duplicate"),
                            ("spam", "Spam"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=40
                    ),
                ),
                ("calendar_seconds", models.PositiveIntegerField()),
                ("business_seconds", models.PositiveIntegerField(null=True)),
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
                (
                    "language",
                    models.CharField(db_default="", default="", max_length=12),
                ),
                ("reopened_at", models.DateTimeField(null=True)),
                ("reopened_known_at", models.DateTimeField(editable=False, null=True)),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="TurnVersion",
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
                ("number", models.PositiveSmallIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("answered", "Answered"),
                            ("left", "Left"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                (
                    "start_known_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_known_at", models.DateTimeField(editable=False, null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                (
                    "acknowledged_known_at",
                    models.DateTimeField(editable=False, null=True),
                ),
                ("calendar_seconds", models.PositiveIntegerField(null=True)),
                ("business_seconds", models.PositiveIntegerField(null=True)),
                ("in_hours", models.BooleanField(null=True)),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            ("low", "Low"),
                            ("normal", "Normal"),
                            ("high", "High"),
                            ("urgent", "Urgent"),
                        ],
                        db_default="normal",
                        default="normal",
                        max_length=6,
                    ),
                ),
                (
                    "language",
                    models.CharField(db_default="", default="", max_length=12),
                ),
                ("known_from", models.DateTimeField()),
                ("known_until", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="reply",
            name="holding",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="turn",
            name="acknowledged_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="turn",
            name="acknowledged_known_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="turn",
            name="business_seconds",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="turn",
            name="end_known_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="turn",
            name="in_hours",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="turn",
            name="known_from",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), editable=False
            ),
        ),
        migrations.AddField(
            model_name="turn",
            name="language",
            field=models.CharField(db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="turn",
            name="start_known_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now()
            ),
        ),
        AddConstraintNotValid(
            model_name="turn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("acknowledged_at__isnull", True),
                    ("acknowledged_known_at__isnull", False),
                    _connector="OR",
                ),
                name="turn_acknowledged_has_two_times",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.ticket",
            ),
        ),
        migrations.AddField(
            model_name="activity",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ending",
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
            model_name="ending",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="ending",
            name="channel",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="conversations.channel",
            ),
        ),
        migrations.AddField(
            model_name="ending",
            name="queue",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="webcare.queue",
            ),
        ),
        migrations.AddField(
            model_name="ending",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="endings",
                to="webcare.ticket",
            ),
        ),
        migrations.AddField(
            model_name="ending",
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
            model_name="turnversion",
            name="answered_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="turnversion",
            name="channel",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="conversations.channel",
            ),
        ),
        migrations.AddField(
            model_name="turnversion",
            name="queue",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="webcare.queue",
            ),
        ),
        migrations.AddField(
            model_name="turnversion",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.ticket",
            ),
        ),
        migrations.AddField(
            model_name="turnversion",
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
            model_name="turnversion",
            name="turn",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="webcare.turn",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                fields=["user", "-began_at"], name="activity_newest_of_user"
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["ticket"], name="activity_of_ticket"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["began_at"], name="activity_by_begin"),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__gte", models.F("began_at"))),
                name="activity_ends_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("user", "="),
                    (
                        models.Func(
                            "began_at",
                            "ended_at",
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="activity_is_on_one_ticket_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="ending",
            index=models.Index(fields=["at"], name="ending_by_moment"),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at__isnull", True)),
                fields=("ticket", "number"),
                name="ending_has_one_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("reopened_at__isnull", True), ("undone_at__isnull", True)
                ),
                fields=("ticket",),
                name="ending_one_stands_per_ticket",
            ),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcome__in",
                        [
                            "answered",
                            "no_answer_needed",
                            "passed_on",
                            "duplicate",
                            "spam",
                        ],
                    )
                ),
                name="ending_outcome_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("priority__in", ["low", "normal", "high", "urgent"])
                ),
                name="ending_priority_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("reopened_at__isnull", True),
                        ("reopened_known_at__isnull", True),
                    ),
                    models.Q(
                        ("reopened_at__isnull", False),
                        ("reopened_known_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="ending_reopened_has_two_times",
            ),
        ),
        migrations.AddConstraint(
            model_name="ending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reopened_at__isnull", True),
                    ("undone_at__isnull", True),
                    _connector="OR",
                ),
                name="ending_is_reopened_or_undone",
            ),
        ),
        migrations.AddIndex(
            model_name="turnversion",
            index=models.Index(fields=["started_at"], name="turn_version_by_start"),
        ),
        migrations.AddConstraint(
            model_name="turnversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("known_until__gt", models.F("known_from"))),
                name="turn_version_was_known_for_a_while",
            ),
        ),
    ]
