"""A tag on a ticket knows the queue and the age of it: lists of both are one walk."""

import django.db.models.deletion
from django.db import migrations, models

# Whoever puts a tag on waits for who moves the ticket, and the other way round.
FOLLOW = """
CREATE FUNCTION webcare_tag_knows_its_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT queue_id, opened_at INTO NEW.queue_id, NEW.opened_at
      FROM webcare_ticket WHERE id = NEW.ticket_id FOR NO KEY UPDATE;
    RETURN NEW;
END $$;
CREATE TRIGGER ticket_tag_knows_its_ticket
    BEFORE INSERT OR UPDATE OF ticket_id ON webcare_tickettag
    FOR EACH ROW EXECUTE FUNCTION webcare_tag_knows_its_ticket();
CREATE FUNCTION webcare_tags_follow_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE webcare_tickettag SET queue_id = NEW.queue_id, opened_at = NEW.opened_at
     WHERE ticket_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER ticket_tags_follow_ticket
    AFTER UPDATE OF queue_id, opened_at ON webcare_ticket
    FOR EACH ROW WHEN (OLD.queue_id IS DISTINCT FROM NEW.queue_id
                       OR OLD.opened_at IS DISTINCT FROM NEW.opened_at)
    EXECUTE FUNCTION webcare_tags_follow_ticket();
"""
STAY = """
DROP TRIGGER ticket_tags_follow_ticket ON webcare_ticket;
DROP FUNCTION webcare_tags_follow_ticket();
DROP TRIGGER ticket_tag_knows_its_ticket ON webcare_tickettag;
DROP FUNCTION webcare_tag_knows_its_ticket();
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0058_words_are_checked")]

    operations = [
        migrations.AddField(
            "tickettag", "opened_at", models.DateTimeField(editable=False, null=True)
        ),
        migrations.AddField(
            "tickettag",
            "queue",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="webcare.queue",
            ),
        ),
        migrations.RunSQL(FOLLOW, STAY),
    ]
