"""When each sweep was last made: what beat forgets, the relay sees."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("webcare", "0046_claims_are_found")]

    operations = [
        migrations.CreateModel(
            name="Sweep",
            fields=[
                (
                    "name",
                    models.CharField(max_length=40, primary_key=True, serialize=False),
                ),
                ("swept_at", models.DateTimeField(db_default=Now())),
            ],
        ),
    ]
