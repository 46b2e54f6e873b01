"""Those who approve are told what waits, and its writer what became of it."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

KINDS = [
    ("mentioned", "A note mentions you"),
    ("assigned", "It was given to you"),
    ("customer_wrote", "The customer wrote"),
    ("answered", "It was answered"),
    ("resolved", "It was resolved"),
    ("reopened", "It was opened again"),
    ("returned", "It waited too long for its agent"),
    ("danger", "Somebody may be in danger"),
    ("rule", "A rule points it out"),
    ("approval_asked", "An answer waits for your approval"),
    ("approved", "Your answer was approved"),
    ("rejected", "Your answer was not approved"),
    ("lapsed", "Your answer no longer waits for approval"),
]
KNOWN = "notification_kind_is_known"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0084_second_steps")]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=16),
        ),
        migrations.RemoveConstraint(model_name="notification", name=KNOWN),
        AddConstraintNotValid(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _ in KINDS])),
                name=KNOWN,
            ),
        ),
        ValidateConstraint(model_name="notification", name=KNOWN),
    ]
