"""Desks have opening hours, and what a calendar said stays what it said."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# `webcare_refuse` is from 0017: it names the table, and the trigger as the constraint.
APPEND_ONLY = """
CREATE TRIGGER calendar_version_is_append_only
    BEFORE UPDATE OR DELETE ON webcare_calendarversion
    FOR EACH ROW EXECUTE FUNCTION webcare_refuse();
CREATE TRIGGER calendar_version_is_never_emptied
    BEFORE TRUNCATE ON webcare_calendarversion
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_refuse();
"""
REWRITABLE = """
DROP TRIGGER calendar_version_is_never_emptied ON webcare_calendarversion;
DROP TRIGGER calendar_version_is_append_only ON webcare_calendarversion;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0033_corrections_are_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
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
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=100)),
                ("is_default", models.BooleanField(db_default=False, default=False)),
                ("version", models.PositiveIntegerField(db_default=1, default=1)),
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
                "ordering": ["slug"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("is_default",),
                        name="calendar_default_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retired_at__isnull", True),
                            ("is_default", False),
                            _connector="OR",
                        ),
                        name="calendar_retired_is_no_default",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="queue",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.calendar",
            ),
        ),
        migrations.CreateModel(
            name="CalendarVersion",
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
                    "calendar",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="webcare.calendar",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("calendar", "number"),
                        name="calendar_version_has_one_number",
                    )
                ],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, REWRITABLE),
    ]
