"""A model names the messages that it learned from, and who chose it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Where an example was replaced since, which message it was of is not known any more.
FILL = """
    UPDATE webcare_topicmodel m SET messages = known.messages
      FROM (SELECT m.id, count(*) AS examples,
                   coalesce(array_agg(e.message_id) FILTER (
                       WHERE e.message_id IS NOT NULL), '{}') AS messages
              FROM webcare_topicmodel m
              JOIN webcare_topicexample e ON e.id = ANY(m.snapshot)
             GROUP BY m.id) AS known
     WHERE known.id = m.id AND known.examples = cardinality(m.snapshot)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0086_who_goes_on_is_added_up"),
    ]

    operations = [
        migrations.AddField(
            model_name="topicmodel",
            name="messages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), null=True, size=None
            ),
        ),
        migrations.AddField(
            model_name="topicmodel",
            name="chosen_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
