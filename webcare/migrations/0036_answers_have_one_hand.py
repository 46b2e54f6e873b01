"""The rule about whose an answer is holds for what was there before, too."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("webcare", "0035_rules_answer")]

    operations = [
        ValidateConstraint(
            model_name="reply", name="reply_is_of_a_person_or_of_a_rule"
        ),
    ]
