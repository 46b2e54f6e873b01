"""Rows that were there are checked while people go on writing."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conversations", "0010_acts_on_platforms")]

    operations = [
        ValidateConstraint(
            model_name="delivery",
            name="delivery_state_is_known",
        ),
        ValidateConstraint(
            model_name="delivery",
            name="delivery_held_has_a_time",
        ),
    ]
