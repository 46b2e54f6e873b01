"""Tags that were there before learn about their tickets; then the index."""

from typing import Any

from django.contrib.postgres.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from django.db import migrations, models, transaction

BATCH = 10_000  # tickets
FILL = """
    UPDATE webcare_tickettag tt SET queue_id = k.queue_id, opened_at = k.opened_at
      FROM webcare_ticket k
     WHERE k.id = tt.ticket_id AND k.id BETWEEN %s AND %s AND tt.opened_at IS NULL"""


def fill(apps: Any, schema_editor: Any) -> None:
    """The tickets of a batch are held first, as who tags or moves one holds it."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(ticket_id), 0) FROM webcare_tickettag")
        [last] = cursor.fetchone()
        for first in range(1, last + 1, BATCH):
            with transaction.atomic():
                span = [first, first + BATCH - 1]
                cursor.execute(HOLD, span)
                cursor.execute(FILL, span)


HOLD = """
    SELECT FROM webcare_ticket k WHERE k.id BETWEEN %s AND %s
       AND EXISTS (SELECT FROM webcare_tickettag tt WHERE tt.ticket_id = k.id)
     ORDER BY k.id FOR NO KEY UPDATE"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0059_tags_follow_tickets")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            "tickettag",
            models.Index(
                name="ticket_tag_in_order",
                fields=["tag", "queue", "opened_at", "ticket"],
            ),
        ),
        RemoveIndexConcurrently("tickettag", "ticket_tag_of_tag"),
    ]
