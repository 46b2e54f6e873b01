from django.db import migrations


class Migration(migrations.Migration):
    """Longer was allowed once, and nobody is to wait that long for an answer."""

    dependencies = [
        ("conversations", "0004_words_are_known"),
    ]

    operations = [
        migrations.RunSQL(
            """UPDATE conversations_channel
                  SET public_hold_seconds = least(public_hold_seconds, 60),
                      private_hold_seconds = least(private_hold_seconds, 60)
                WHERE greatest(public_hold_seconds, private_hold_seconds) > 60""",
            # What it was is not known any more, and any hold up to it is valid.
            migrations.RunSQL.noop,
        ),
    ]
