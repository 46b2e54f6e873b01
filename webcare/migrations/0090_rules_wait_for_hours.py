"""What a rule does about a warning or a breach waits until the queue opens."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now


def _of(model: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0089_queues_ask_for_a_level"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleHold",
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
                ("held_at", models.DateTimeField(db_default=Now())),
                ("event", _of("webcare.ticketevent")),
                ("rule", _of("webcare.automationrule")),
                ("ticket", _of("webcare.ticket")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule", "event"), name="rule_hold_is_one_per_event"
                    ),
                ],
            },
        ),
    ]
