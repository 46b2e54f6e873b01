"""How people want to be told."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0077_promises_as_they_were_known"),
    ]

    operations = [
        migrations.CreateModel(
            name="NotificationSetting",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("in_page", models.BooleanField(db_default=True, default=True)),
                ("desktop", models.BooleanField(db_default=False, default=False)),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from", None), ("quiet_until", None)),
                            models.Q(
                                ("quiet_from__isnull", False),
                                ("quiet_until__isnull", False),
                                models.Q(
                                    ("quiet_from", models.F("quiet_until")),
                                    _negated=True,
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="notification_setting_is_quiet_for_a_while",
                    )
                ],
            },
        ),
    ]
