"""A letter a day of what is unread."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("webcare", "0082_desks_have_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="notificationsetting",
            name="letter_at",
            field=models.TimeField(null=True),
        ),
        migrations.AddField(
            model_name="notificationsetting",
            name="letter_next_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="notificationsetting",
            name="letter_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="notificationsetting",
            index=models.Index(
                condition=models.Q(("letter_next_at__isnull", False)),
                fields=["letter_next_at"],
                name="notification_letter_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="notificationsetting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("letter_at", None),
                        ("letter_next_at", None),
                        ("letter_since", None),
                    ),
                    models.Q(
                        ("letter_at__isnull", False),
                        ("letter_next_at__isnull", False),
                        ("letter_since__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="notification_setting_letter_has_a_next_time",
            ),
        ),
    ]
