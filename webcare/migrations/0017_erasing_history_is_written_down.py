"""Whoever erases history says who they are and why; the database writes it down.

A transaction that erases sets `webcare.erasing` to 'on', `webcare.erasing_by` and
`webcare.erasing_reason`, each with SET LOCAL. Without all three nothing is touched.
Emptying a table goes past such rules, so it is refused to everybody.
"""

from django.db import migrations

AUDITED = """
CREATE OR REPLACE FUNCTION webcare_refuse_to_rewrite() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('webcare.erasing', true), '') <> 'on' THEN
        RAISE EXCEPTION 'the history of a ticket is append-only'
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'ticket_event_is_append_only';
    END IF;
    IF btrim(coalesce(current_setting('webcare.erasing_by', true), '')) = ''
    OR btrim(coalesce(current_setting('webcare.erasing_reason', true), '')) = '' THEN
        RAISE EXCEPTION 'whoever erases history says who they are and why'
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'log_erasure_says_who_and_why';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION webcare_note_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_logerasure (operation, event_ids, erased_by, reason)
    SELECT lower(TG_OP), array_agg(id ORDER BY id),
           left(btrim(current_setting('webcare.erasing_by')), 200),
           left(btrim(current_setting('webcare.erasing_reason')), 200)
      FROM erased HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER ticket_event_update_is_noted
    AFTER UPDATE ON webcare_ticketevent REFERENCING OLD TABLE AS erased
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_note_erasure();
CREATE TRIGGER ticket_event_delete_is_noted
    AFTER DELETE ON webcare_ticketevent REFERENCING OLD TABLE AS erased
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_note_erasure();

CREATE FUNCTION webcare_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER ticket_event_is_never_emptied
    BEFORE TRUNCATE ON webcare_ticketevent
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_refuse();
CREATE TRIGGER log_erasure_is_append_only
    BEFORE UPDATE OR DELETE ON webcare_logerasure
    FOR EACH ROW EXECUTE FUNCTION webcare_refuse();
CREATE TRIGGER log_erasure_is_never_emptied
    BEFORE TRUNCATE ON webcare_logerasure
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_refuse();
"""
UNAUDITED = """
DROP TRIGGER log_erasure_is_never_emptied ON webcare_logerasure;
DROP TRIGGER log_erasure_is_append_only ON webcare_logerasure;
DROP TRIGGER ticket_event_is_never_emptied ON webcare_ticketevent;
DROP TRIGGER ticket_event_delete_is_noted ON webcare_ticketevent;
DROP TRIGGER ticket_event_update_is_noted ON webcare_ticketevent;
DROP FUNCTION webcare_refuse();
DROP FUNCTION webcare_note_erasure();
CREATE OR REPLACE FUNCTION webcare_refuse_to_rewrite() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('webcare.erasing', true), '') <> 'on' THEN
        RAISE EXCEPTION 'the history of a ticket is append-only'
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'ticket_event_is_append_only';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0016_life_of_a_ticket")]
    operations = [migrations.RunSQL(AUDITED, UNAUDITED)]
