"""Endings are found by the opening of their ticket, and all of a ticket's; beside the
work."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0072_several_topics")]

    operations = [
        AddIndexConcurrently(
            model_name="ending",
            index=models.Index(fields=["opened_at"], name="ending_by_opening"),
        ),
        AddIndexConcurrently(
            model_name="ending",
            index=models.Index(fields=["ticket"], name="ending_of_ticket"),
        ),
    ]
