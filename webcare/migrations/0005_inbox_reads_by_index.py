"""The inbox's stretches, each in the order of an index that holds little else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0004_words_are_known"),
        ("webcare", "0004_words_are_known"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ["new", "open"]), ("is_danger", True)
                ),
                fields=["opened_at", "id"],
                name="ticket_danger_waits",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("status__in", ["new", "open"])),
                fields=["queue", "waiting_since", "id"],
                name="ticket_waits_in_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("status__in", ["resolved", "closed"])),
                fields=["resolved_at", "id"],
                name="ticket_by_resolution",
            ),
        ),
    ]
