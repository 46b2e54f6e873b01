"""Why a training was asked for, and one example for each message."""

from django.db import migrations, models
from django.db.models import Q

# A model from before learned from every example that was there when it began.
SEEN = """
UPDATE webcare_topicmodel m
   SET last_example = coalesce((SELECT max(e.id) FROM webcare_topicexample e
                                 WHERE e.given_at <= m.started_at), 0)
 WHERE m.last_example = 0 AND m.started_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0052_the_past_has_facts"),
    ]

    operations = [
        migrations.AddField(
            model_name="topicmodel",
            name="cause",
            field=models.CharField(
                choices=[
                    ("asked", "A person asked"),
                    ("corrections", "There was much new to learn"),
                    ("erasure", "Texts it was made of are gone"),
                ],
                db_default="asked",
                default="asked",
                max_length=11,
            ),
        ),
        migrations.AddConstraint(
            model_name="topicmodel",
            constraint=models.CheckConstraint(
                condition=Q(cause__in=["asked", "corrections", "erasure"]),
                name="topic_model_cause_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="topicexample",
            constraint=models.UniqueConstraint(
                fields=["message"], name="topic_example_is_one_per_message"
            ),
        ),
        migrations.RunSQL(SEEN, migrations.RunSQL.noop),
    ]
