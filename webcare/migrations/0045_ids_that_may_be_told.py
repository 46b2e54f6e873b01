"""What the API lists is known by an id that says nothing, and approvals last as a queue
wants. All of these tables are small; code that is still running leaves the new columns
to the database."""

import uuid

from django.db import migrations, models
from django.db.models.functions import Now


def _public_id():
    return models.UUIDField(
        db_default=models.Func(function="gen_random_uuid"),
        default=uuid.uuid4,
        editable=False,
        unique=True,
    )


class Migration(migrations.Migration):
    dependencies = [("webcare", "0044_clocks_ring_by_index")]

    operations = [
        migrations.AddField("topicrule", "public_id", _public_id()),
        migrations.AddField(
            "topicrule",
            "made_at",
            models.DateTimeField(db_default=Now(), editable=False),
        ),
        migrations.AddField("apitoken", "public_id", _public_id()),
        migrations.AddField("auditentry", "public_id", _public_id()),
        migrations.AddIndex(
            "auditentry",
            models.Index(fields=["at", "id"], name="audit_entry_by_age"),
        ),
        migrations.AddField(
            "queue",
            "approval_hours",
            models.PositiveSmallIntegerField(db_default=24, default=24),
        ),
        migrations.AddConstraint(
            "queue",
            models.CheckConstraint(
                condition=models.Q(("approval_hours__range", (1, 720))),
                name="queue_approvals_wait_for_hours",
            ),
        ),
        migrations.AddField(
            "macro", "version", models.PositiveIntegerField(db_default=1, default=1)
        ),
    ]
