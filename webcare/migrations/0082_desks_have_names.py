"""What a desk is called."""

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0081_the_unresolved_are_found"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeskSetting",
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
                    "is_the_one",
                    models.BooleanField(default=True, editable=False, unique=True),
                ),
                ("name", models.CharField(max_length=60)),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("en", "English"), ("nl", "Nederlands")],
                        db_default="",
                        default="",
                        max_length=5,
                    ),
                ),
                ("is_demo", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("is_the_one", True)),
                        name="desk_setting_is_the_one",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.GreaterThan(
                            django.db.models.functions.text.Length(
                                django.db.models.functions.text.Trim("name")
                            ),
                            0,
                        ),
                        name="desk_setting_has_a_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["", "en", "nl"])),
                        name="desk_setting_language_is_known",
                    ),
                ],
            },
        ),
    ]
