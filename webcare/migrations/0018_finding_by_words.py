"""What tickets are found by, and lists that are kept under a name."""

import uuid

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0008_authors_by_handle"),
        ("webcare", "0017_erasing_history_is_written_down"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
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
                            ("message", "Message"),
                            ("note", "Note"),
                            ("author", "Author"),
                            ("tag", "Tag"),
                            ("reference", "Reference"),
                        ],
                        max_length=9,
                    ),
                ),
                ("source_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("digest", models.BigIntegerField()),
                ("tsv", django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.CreateModel(
            name="View",
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
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("private", "Private"),
                            ("queue", "Queue"),
                            ("team", "Team"),
                            ("desk", "Desk"),
                        ],
                        db_default="private",
                        default="private",
                        max_length=7,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "name_nl",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=100
                    ),
                ),
                ("filters", models.JSONField(default=dict)),
                (
                    "order",
                    models.CharField(
                        db_default="-opened", default="-opened", max_length=20
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("version", models.PositiveIntegerField(db_default=1, default=1)),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.AddField(
            model_name="searchentry",
            name="ticket",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webcare.ticket",
            ),
        ),
        migrations.AddField(
            model_name="view",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="view",
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
            model_name="view",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webcare.team",
            ),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["tsv"], name="search_entry_words"
            ),
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=models.Index(fields=["at", "id"], name="search_entry_by_time"),
        ),
        migrations.AddConstraint(
            model_name="searchentry",
            constraint=models.UniqueConstraint(
                fields=("ticket", "kind", "source_id"),
                name="search_entry_is_one_per_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="searchentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["message", "note", "author", "tag", "reference"])
                ),
                name="search_entry_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="view",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("audience__in", ["private", "queue", "team", "desk"])
                ),
                name="view_audience_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="view",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("audience", "queue"), ("queue__isnull", False)),
                    models.Q(
                        models.Q(("audience", "queue"), _negated=True),
                        ("queue__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="view_of_a_queue_names_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="view",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("audience", "team"), ("team__isnull", False)),
                    models.Q(
                        models.Q(("audience", "team"), _negated=True),
                        ("team__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="view_of_a_team_names_it",
            ),
        ),
    ]
