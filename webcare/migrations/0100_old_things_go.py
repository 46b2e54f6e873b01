"""How long things are kept, and the proof that the old ones went."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0099_what_is_in_hands_is_counted"),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("counts", models.JSONField(default=dict)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Retention",
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
                ("tickets", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("heard", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("raw", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "changed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                ("tickets_until", models.DateTimeField(null=True)),
                ("tickets_mark", models.BigIntegerField(db_default=0, default=0)),
                ("heard_mark", models.BigIntegerField(db_default=0, default=0)),
                ("raw_mark", models.BigIntegerField(db_default=0, default=0)),
                (
                    "changed_by",
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
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="retention_is_one_row"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("tickets__isnull", True),
                                models.Q(("tickets__gte", 30), ("tickets__lte", 3650)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("heard__isnull", True),
                                models.Q(("heard__gte", 30), ("heard__lte", 3650)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("raw__isnull", True),
                                models.Q(("raw__gte", 30), ("raw__lte", 3650)),
                                _connector="OR",
                            ),
                        ),
                        name="retention_is_of_known_length",
                    ),
                ],
            },
        ),
    ]
