"""A queue asks how well who answers knows the ticket's language."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0088_topics_have_owners"),
    ]

    operations = [
        migrations.AddField(
            "queue",
            "language_level",
            models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddConstraint(
            model_name="queue",
            constraint=models.CheckConstraint(
                condition=models.Q(("language_level__range", (1, 3))),
                name="queue_language_level_is_known",
            ),
        ),
    ]
