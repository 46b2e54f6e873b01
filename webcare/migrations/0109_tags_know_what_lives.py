"""A tag on a ticket knows whether that is live: few are, of all that ever carried it.

Until a row is filled it may be live, so that who reads by it finds no ticket less. A
tag stays on its ticket until it is taken off: that a row follows is no news to search.
"""

from django.db import migrations, models

LIVE = "('new', 'on_hold', 'open', 'pending', 'snoozed')"
FOLLOW = f"""
DROP TRIGGER search_follows_tickettag_update ON webcare_tickettag;
CREATE OR REPLACE FUNCTION webcare_tag_knows_its_ticket() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT queue_id, opened_at, status IN {LIVE}
      INTO NEW.queue_id, NEW.opened_at, NEW.is_live
      FROM webcare_ticket WHERE id = NEW.ticket_id FOR NO KEY UPDATE;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION webcare_tags_follow_ticket() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE webcare_tickettag
       SET queue_id = NEW.queue_id, opened_at = NEW.opened_at,
           is_live = NEW.status IN {LIVE}
     WHERE ticket_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER ticket_tags_follow_ticket
    AFTER UPDATE OF queue_id, opened_at, status ON webcare_ticket
    FOR EACH ROW WHEN (OLD.queue_id IS DISTINCT FROM NEW.queue_id
                       OR OLD.opened_at IS DISTINCT FROM NEW.opened_at
                       OR (OLD.status IN {LIVE}) <> (NEW.status IN {LIVE}))
    EXECUTE FUNCTION webcare_tags_follow_ticket();
"""
STAY = """
CREATE OR REPLACE TRIGGER ticket_tags_follow_ticket
    AFTER UPDATE OF queue_id, opened_at ON webcare_ticket
    FOR EACH ROW WHEN (OLD.queue_id IS DISTINCT FROM NEW.queue_id
                       OR OLD.opened_at IS DISTINCT FROM NEW.opened_at)
    EXECUTE FUNCTION webcare_tags_follow_ticket();
CREATE OR REPLACE FUNCTION webcare_tags_follow_ticket() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE webcare_tickettag SET queue_id = NEW.queue_id, opened_at = NEW.opened_at
     WHERE ticket_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION webcare_tag_knows_its_ticket() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    SELECT queue_id, opened_at INTO NEW.queue_id, NEW.opened_at
      FROM webcare_ticket WHERE id = NEW.ticket_id FOR NO KEY UPDATE;
    RETURN NEW;
END $$;
CREATE TRIGGER search_follows_tickettag_update AFTER UPDATE ON webcare_tickettag
    REFERENCING OLD TABLE AS gone NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_index_tickets();
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0108_tickets_that_move_back_are_marked")]

    operations = [
        migrations.AddField(
            "tickettag",
            "is_live",
            models.BooleanField(db_default=True, default=True, editable=False),
        ),
        migrations.RunSQL(FOLLOW, STAY),
    ]
