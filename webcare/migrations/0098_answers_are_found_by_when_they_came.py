"""What was asked and answered in a period is found, while people go on writing."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0097_openings_are_kept")]

    operations = [
        AddIndexConcurrently(
            model_name="survey",
            index=models.Index(
                condition=models.Q(("asked_at__isnull", False)),
                fields=["asked_at"],
                name="survey_by_asking",
            ),
        ),
        AddIndexConcurrently(
            model_name="survey",
            index=models.Index(
                condition=models.Q(("answered_at__isnull", False)),
                fields=["answered_at"],
                name="survey_by_answer",
            ),
        ),
    ]
