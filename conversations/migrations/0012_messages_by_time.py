"""Messages are found by when they were posted; made while people go on writing."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversations", "0011_checked_beside_the_work")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(fields=["posted_at"], name="message_by_time"),
        ),
    ]
