"""The few of a channel, a language or of danger are found among the many."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("conversations", "0009_held_answers_have_a_time"),
        ("webcare", "0027_words_are_read_by_one_plan"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                fields=["channel", "opened_at", "id"], name="ticket_of_channel"
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                fields=["language", "opened_at", "id"], name="ticket_of_language"
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("is_danger", True)),
                fields=["opened_at", "id"],
                name="ticket_of_danger",
            ),
        ),
    ]
