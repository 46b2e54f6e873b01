"""What was opened before a moment and changed since is found in an index alone."""

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0111_nobodys_are_known")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                fields=["changed_at", "id", "opened_at"],
                name="ticket_by_change_and_age",
            ),
        ),
        RemoveIndexConcurrently(model_name="ticket", name="ticket_by_change"),
    ]
