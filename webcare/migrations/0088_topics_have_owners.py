"""A topic has an owner: a person or a team."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _owner(model: str) -> models.ForeignKey:
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=model,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0087_models_know_their_messages"),
    ]

    operations = [
        migrations.AddField("topic", "owner", _owner(settings.AUTH_USER_MODEL)),
        migrations.AddField("topic", "owner_team", _owner("webcare.team")),
        migrations.AddConstraint(
            model_name="topic",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner__isnull", True))
                | models.Q(("owner_team__isnull", True)),
                name="topic_has_one_owner",
            ),
        ),
    ]
