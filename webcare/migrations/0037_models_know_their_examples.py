"""A model says of which examples it was made, and an example what it means."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0036_answers_have_one_hand"),
    ]

    operations = [
        migrations.AddField(
            model_name="topicexample",
            name="vector",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="topicexample",
            name="encoder",
            field=models.CharField(db_default="", default="", max_length=40),
        ),
        migrations.AddField(
            model_name="topicmodel",
            name="snapshot",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="topicmodel",
            name="last_example",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="topicmodel",
            name="verdict",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300
            ),
        ),
    ]
