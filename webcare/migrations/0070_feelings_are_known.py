"""How an author feels is one of a few words; checked while people go on writing."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0069_the_unsure_are_found")]

    operations = [
        AddConstraintNotValid(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sentiment__in", ["", "negative", "neutral", "positive", "unsure"])
                ),
                name="ticket_sentiment_is_known",
            ),
        ),
        ValidateConstraint(model_name="ticket", name="ticket_sentiment_is_known"),
    ]
