"""Files go out beside a text: kept as bytes, and never another than was kept."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

REFUSE = """
CREATE FUNCTION conversations_keep_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.name, NEW.type, NEW.size, NEW.sha256, NEW.content)
       IS DISTINCT FROM (OLD.name, OLD.type, OLD.size, OLD.sha256, OLD.content) THEN
        RAISE EXCEPTION 'file % never changes', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'file_never_changes';
    END IF;
    IF OLD.delivery_id IS NOT NULL
       AND (NEW.delivery_id, NEW.alt) IS DISTINCT FROM (OLD.delivery_id, OLD.alt)
       AND NOT EXISTS (SELECT FROM conversations_delivery
                        WHERE id = OLD.delivery_id AND state = 'cancelled') THEN
        RAISE EXCEPTION 'file % is on its way', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'file_on_its_way_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER file_never_changes BEFORE UPDATE ON conversations_file
    FOR EACH ROW EXECUTE FUNCTION conversations_keep_file();
"""
ALLOW = """
DROP TRIGGER file_never_changes ON conversations_file;
DROP FUNCTION conversations_keep_file();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0014_channels_count_as_their_platform"),
    ]

    operations = [
        migrations.CreateModel(
            name="File",
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
                (
                    "public_id",
                    models.UUIDField(
                        db_default=models.Func(function="gen_random_uuid"),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("type", models.CharField(max_length=50)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.BinaryField(max_length=32)),
                (
                    "alt",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=2000
                    ),
                ),
                ("content", models.BinaryField()),
                (
                    "kept_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("handed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="channel",
            name="files",
            field=models.CharField(
                choices=[
                    ("none", "No files"),
                    ("plain", "Pictures and PDF, up to ten of 10 MB"),
                    ("x", "As X takes them: four pictures or one GIF"),
                    ("mastodon", "As Mastodon takes them: four pictures"),
                    ("bluesky", "As Bluesky takes them: four small pictures"),
                ],
                db_default="none",
                default="none",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("files__in", ["none", "plain", "x", "mastodon", "bluesky"])
                ),
                name="channel_files_are_known",
            ),
        ),
        migrations.AddField(
            model_name="file",
            name="delivery",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="files",
                to="conversations.delivery",
            ),
        ),
        migrations.AddIndex(
            model_name="file",
            index=models.Index(
                condition=models.Q(("delivery", None)),
                fields=["kept_at"],
                name="file_unsent",
            ),
        ),
        migrations.AddConstraint(
            model_name="file",
            constraint=models.UniqueConstraint(
                condition=models.Q(("delivery__isnull", False)),
                fields=("delivery", "position"),
                name="file_has_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="file",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gt", 0)), name="file_is_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="file",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("handed_at__isnull", True),
                    ("delivery__isnull", False),
                    _connector="OR",
                ),
                name="file_handed_over_has_a_delivery",
            ),
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
