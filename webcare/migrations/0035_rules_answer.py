"""An answer is a person's or a rule's, and a rule answers a turn once.

Nothing has written a RuleAnswer before this, so the table may be made anew. Code that
is still running writes answers of persons alone, which stay as they are.
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("webcare", "0034_desks_have_opening_hours")]

    operations = [
        migrations.DeleteModel(name="RuleAnswer"),
        migrations.CreateModel(
            name="RuleAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("at", models.DateTimeField(db_default=Now())),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="webcare.automationrule",
                    ),
                ),
                (
                    "turn",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webcare.turn",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule", "turn"), name="rule_answers_a_turn_once"
                    )
                ],
            },
        ),
        migrations.AlterField(
            model_name="reply",
            name="author",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reply",
            name="rule",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="webcare.automationrule",
            ),
        ),
        AddConstraintNotValid(
            model_name="reply",
            constraint=models.CheckConstraint(
                name="reply_is_of_a_person_or_of_a_rule",
                condition=models.Q(("author__isnull", False), ("rule__isnull", True))
                | models.Q(("author__isnull", True), ("rule__isnull", False)),
            ),
        ),
    ]
