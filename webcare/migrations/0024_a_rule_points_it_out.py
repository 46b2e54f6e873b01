from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0023_acts_are_events"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notification",
            name="notification_kind_is_known",
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mentioned", "A note mentions you"),
                    ("assigned", "It was given to you"),
                    ("customer_wrote", "The customer wrote"),
                    ("answered", "It was answered"),
                    ("resolved", "It was resolved"),
                    ("reopened", "It was opened again"),
                    ("danger", "Somebody may be in danger"),
                    ("rule", "A rule points it out"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "mentioned",
                            "assigned",
                            "customer_wrote",
                            "answered",
                            "resolved",
                            "reopened",
                            "danger",
                            "rule",
                        ],
                    )
                ),
                name="notification_kind_is_known",
            ),
        ),
    ]
