"""What is wrong with a row is told in the language of who starts to read it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0105_lists_are_put_together"),
    ]

    operations = [
        migrations.AddField(
            "import",
            "language",
            models.CharField(blank=True, db_default="", default="", max_length=12),
        ),
    ]
