"""No cell of what is added up is looked up by the database any more."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webcare", "0103_tickets_are_told_of_erasures")]

    operations = [
        migrations.AlterField(
            model_name="cell",
            name="roll",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webcare.roll",
            ),
        ),
        migrations.AlterField(
            model_name="hourcell",
            name="roll",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="webcare.roll",
            ),
        ),
    ]
