"""A macro answers custom fields too, and a repeated use of it is one use."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0029_checked_beside_the_work"),
    ]

    operations = [
        migrations.AddField(
            model_name="macro",
            name="answers",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()), default=dict
            ),
        ),
        migrations.CreateModel(
            name="MacroUse",
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
                ("key", models.CharField(max_length=200)),
                ("at", models.DateTimeField(db_default=Now())),
                (
                    "macro",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webcare.macro",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webcare.ticket",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ticket", "key"), name="macro_use_is_one_per_key"
                    )
                ],
            },
        ),
    ]
