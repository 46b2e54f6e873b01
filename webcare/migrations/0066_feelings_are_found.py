"""Lists by sentiment are read from an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0065_messages_are_read")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                fields=["sentiment", "opened_at", "id"], name="ticket_of_sentiment"
            ),
        ),
    ]
