"""A ticket's history is written once.

Erasing a person's data is the one exception: it says so in its transaction with
`SET LOCAL webcare.erasing = 'on'`, and writes down that it did.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION webcare_refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('webcare.erasing', true), '') <> 'on' THEN
        RAISE EXCEPTION 'the history of a ticket is append-only'
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'ticket_event_is_append_only';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER ticket_event_is_append_only
    BEFORE UPDATE OR DELETE ON webcare_ticketevent
    FOR EACH ROW EXECUTE FUNCTION webcare_refuse_to_rewrite();
"""
REWRITABLE = """
DROP TRIGGER ticket_event_is_append_only ON webcare_ticketevent;
DROP FUNCTION webcare_refuse_to_rewrite();
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0001_first")]
    operations = [migrations.RunSQL(APPEND_ONLY, REWRITABLE)]
