"""What came of the last test of a channel is kept with it."""

from django.db import migrations, models
from django.db.models import Q

RESULTS = ["works", "open", "refused", "unreached", "unusable", "odd", "no_address"]


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0016_authors_are_erased"),
    ]

    operations = [
        migrations.AddField(
            "channel", "checked_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "channel",
            "check_result",
            models.CharField(
                blank=True,
                choices=[
                    (
                        "works",
                        "It knows us: our signature is taken, and a wrong one refused.",
                    ),
                    (
                        "open",
                        "It answers, and takes a wrong signature as well: the address"
                        " is not the right one, or anybody can post there.",
                    ),
                    (
                        "refused",
                        "It does not know our secret: give it the newest one.",
                    ),
                    ("unreached", "Nothing answers at that address."),
                    (
                        "unusable",
                        "It cannot be called: change the address, or make a new"
                        " secret.",
                    ),
                    ("odd", "It answers something that was not agreed."),
                    (
                        "no_address",
                        "It has no address for answers: messages come in, and none"
                        " go out.",
                    ),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "channel",
            "check_detail",
            models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddConstraint(
            "channel",
            models.CheckConstraint(
                condition=Q(check_result__in=["", *RESULTS]),
                name="channel_check_result_is_known",
            ),
        ),
        migrations.AddConstraint(
            "channel",
            models.CheckConstraint(
                condition=Q(checked_at=None, check_result="")
                | Q(checked_at__isnull=False) & ~Q(check_result=""),
                name="channel_check_has_its_moment",
            ),
        ),
    ]
