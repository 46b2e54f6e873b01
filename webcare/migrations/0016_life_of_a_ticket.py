"""Ends have reasons, decisions have scores, and erasing history leaves a trace."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0006_answers_wait_for_people"),
        ("webcare", "0015_tickets_merge_and_split"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogErasure",
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
                    "operation",
                    models.CharField(
                        choices=[("update", "Update"), ("delete", "Delete")],
                        max_length=6,
                    ),
                ),
                (
                    "event_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "erased_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                ("erased_by", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="decision",
            name="classifier",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="decision",
            name="score",
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name="queue",
            name="outcome_required",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="ticket",
            name="resolution_note",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="resolution_reason",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=40
            ),
        ),
        AddConstraintNotValid(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["resolved", "closed"]),
                    models.Q(("resolution_note", ""), ("resolution_reason", "")),
                    _connector="OR",
                ),
                name="ticket_live_has_no_reason_for_its_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="logerasure",
            constraint=models.CheckConstraint(
                condition=models.Q(("operation__in", ["update", "delete"])),
                name="log_erasure_operation_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="logerasure",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("erased_by", ""), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                ),
                name="log_erasure_says_who_and_why",
            ),
        ),
    ]
