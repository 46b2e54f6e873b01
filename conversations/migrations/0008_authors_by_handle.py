"""Authors are found by their handle."""

import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("conversations", "0007_some_go_on_in_private"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="author",
            index=models.Index(
                django.db.models.functions.text.Lower("handle"), name="author_by_handle"
            ),
        ),
    ]
