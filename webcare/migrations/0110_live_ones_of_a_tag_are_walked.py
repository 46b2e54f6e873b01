"""Tags that were there before learn what is live; then the index."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models, transaction
from django.db.models import Q

BATCH = 10_000  # tickets
# The tickets of a batch are held first, as who tags one or ends it holds it.
HOLD = """
    SELECT FROM webcare_ticket k WHERE k.id BETWEEN %s AND %s
       AND EXISTS (SELECT FROM webcare_tickettag tt WHERE tt.ticket_id = k.id)
     ORDER BY k.id FOR NO KEY UPDATE"""
FILL = """
    UPDATE webcare_tickettag tt SET is_live = false
      FROM webcare_ticket k
     WHERE k.id = tt.ticket_id AND k.id BETWEEN %s AND %s AND tt.is_live
       AND k.status IN ('resolved', 'closed')"""


def fill(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(ticket_id), 0) FROM webcare_tickettag")
        [last] = cursor.fetchone()
        for first in range(1, last + 1, BATCH):
            with transaction.atomic():
                span = [first, first + BATCH - 1]
                cursor.execute(HOLD, span)
                cursor.execute(FILL, span)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0109_tags_know_what_lives")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            "tickettag",
            models.Index(
                name="ticket_tag_live_in_order",
                fields=["tag", "queue", "opened_at", "ticket"],
                condition=Q(is_live=True),
            ),
        ),
    ]
