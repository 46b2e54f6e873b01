"""Answers have attachments, each of its own ticket and writer, whoever asks."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

REFUSE = """
CREATE FUNCTION webcare_bind_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM webcare_attachment a
          JOIN webcare_reply r
            ON r.ticket_id = a.ticket_id AND r.author_id = a.owner_id
         WHERE a.file_id = NEW.id AND r.delivery_id = NEW.delivery_id) THEN
        RAISE EXCEPTION 'file % was not attached for this answer', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'file_is_of_its_answer';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER file_is_of_its_answer
    BEFORE INSERT OR UPDATE OF delivery_id ON conversations_file
    FOR EACH ROW WHEN (NEW.delivery_id IS NOT NULL)
    EXECUTE FUNCTION webcare_bind_file();
CREATE FUNCTION webcare_keep_attachment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.ticket_id, NEW.owner_id, NEW.file_id)
       IS DISTINCT FROM (OLD.ticket_id, OLD.owner_id, OLD.file_id) THEN
        RAISE EXCEPTION 'attachment % stays where it is', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_stays';
    END IF;
    IF NEW.approval_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM webcare_approval p
         WHERE p.id = NEW.approval_id AND p.ticket_id = NEW.ticket_id
           AND p.writer_id = NEW.owner_id) THEN
        RAISE EXCEPTION 'attachment % is not for this approval', NEW.id
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'attachment_is_of_its_approval';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attachment_stays BEFORE INSERT OR UPDATE ON webcare_attachment
    FOR EACH ROW EXECUTE FUNCTION webcare_keep_attachment();
"""
ALLOW = """
DROP TRIGGER attachment_stays ON webcare_attachment;
DROP FUNCTION webcare_keep_attachment();
DROP TRIGGER file_is_of_its_answer ON conversations_file;
DROP FUNCTION webcare_bind_file();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0015_files_go_along"),
        ("webcare", "0091_notes_have_drafts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
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
                ("position", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "attached_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "approval",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="webcare.approval",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachment",
                        to="conversations.file",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="webcare.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["ticket", "owner"], name="attachment_of_owner"
                    ),
                    models.Index(
                        condition=models.Q(("approval__isnull", False)),
                        fields=["approval", "position"],
                        name="attachment_of_approval",
                    ),
                ],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
