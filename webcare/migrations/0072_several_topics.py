"""A ticket is about more than one topic."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0071_topics_merge"),
    ]

    operations = [
        migrations.CreateModel(
            name="TicketTopic",
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
                    "by",
                    models.CharField(
                        choices=[
                            ("person", "A person"),
                            ("rule", "A rule"),
                            ("model", "The model"),
                            ("unsure", "Nobody yet"),
                        ],
                        max_length=6,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
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
                    "topic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="webcare.topic",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["topic", "ticket"], name="ticket_topic_of_topic"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ticket", "topic"), name="ticket_topic_is_said_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by__in", ["person", "rule", "model", "unsure"])
                        ),
                        name="ticket_topic_sayer_is_known",
                    ),
                ],
            },
        ),
    ]
