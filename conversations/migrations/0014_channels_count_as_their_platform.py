from django.db import migrations, models

COUNTINGS = ["signs", "bytes", "x", "mastodon", "bluesky"]


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0013_private_windows_close"),
    ]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="counting",
            field=models.CharField(
                choices=[
                    ("signs", "Every sign is one"),
                    ("bytes", "By the bytes that it takes"),
                    ("x", "As X counts: a link is 23, an emoji 2"),
                    ("mastodon", "As Mastodon counts: a link is 23"),
                    ("bluesky", "As Bluesky counts: what is seen as one is one"),
                ],
                db_default="signs",
                default="signs",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(counting__in=COUNTINGS),
                name="channel_counting_is_known",
            ),
        ),
    ]
