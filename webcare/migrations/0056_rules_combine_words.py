"""A rule of a topic may combine words; its kind is checked beside the work."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0055_corrections_teach"),
    ]

    operations = [
        migrations.AlterField(
            model_name="topicrule",
            name="kind",
            field=models.CharField(
                choices=[
                    ("word", "Whole word"),
                    ("part", "Part of a word"),
                    ("phrase", "Words in a row"),
                    ("all", "Words combined"),
                ],
                max_length=6,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="topicrule", name="topic_rule_kind_is_known"
        ),
        migrations.AddConstraint(
            model_name="topicrule",
            constraint=models.CheckConstraint(
                condition=Q(kind__in=["word", "part", "phrase", "all"]),
                name="topic_rule_kind_is_known",
            ),
        ),
    ]
