"""An author can be erased, and what somebody said is found by them."""

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("conversations", "0015_files_go_along"),
    ]

    operations = [
        migrations.AddField("author", "erased_at", models.DateTimeField(null=True)),
        AddConstraintNotValid(
            model_name="author",
            constraint=models.CheckConstraint(
                condition=models.Q(("erased_at__isnull", True))
                | models.Q(
                    ("external_id__startswith", "erased:"), ("handle", ""), ("name", "")
                ),
                name="author_erased_has_no_name",
            ),
        ),
        ValidateConstraint("author", "author_erased_has_no_name"),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(fields=["author", "id"], name="message_of_author"),
        ),
    ]
