"""Who works for somebody else never holds a role in all queues; the audit stays.

Both sides are guarded: the role that is given, and the person who becomes external.
Giving a role holds the person's row, so that the two cannot pass each other.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION webcare_refuse_external_everywhere() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.queue_id IS NULL THEN
        PERFORM FROM webcare_user WHERE id = NEW.user_id FOR SHARE;
        PERFORM FROM webcare_user WHERE id = NEW.user_id AND is_external;
        IF FOUND THEN
            RAISE EXCEPTION 'an external person has no role in all queues'
                USING ERRCODE = 'check_violation',
                      CONSTRAINT = 'membership_of_external_has_a_queue';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER membership_of_external_has_a_queue
    BEFORE INSERT OR UPDATE ON webcare_membership
    FOR EACH ROW EXECUTE FUNCTION webcare_refuse_external_everywhere();

CREATE FUNCTION webcare_refuse_to_make_external() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM webcare_membership
                WHERE user_id = NEW.id AND queue_id IS NULL) THEN
        RAISE EXCEPTION 'an external person has no role in all queues'
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'membership_of_external_has_a_queue';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER user_external_has_queues_only
    BEFORE UPDATE OF is_external ON webcare_user
    FOR EACH ROW WHEN (NEW.is_external AND NOT OLD.is_external)
    EXECUTE FUNCTION webcare_refuse_to_make_external();

CREATE FUNCTION webcare_refuse_to_change_audit() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('webcare.erasing', true), '') <> 'on' THEN
        RAISE EXCEPTION 'the audit is append-only'
            USING ERRCODE = 'restrict_violation',
                  CONSTRAINT = 'audit_entry_is_append_only';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER audit_entry_is_append_only
    BEFORE UPDATE OR DELETE ON webcare_auditentry
    FOR EACH ROW EXECUTE FUNCTION webcare_refuse_to_change_audit();
"""
NO_GUARDS = """
DROP TRIGGER membership_of_external_has_a_queue ON webcare_membership;
DROP FUNCTION webcare_refuse_external_everywhere();
DROP TRIGGER user_external_has_queues_only ON webcare_user;
DROP FUNCTION webcare_refuse_to_make_external();
DROP TRIGGER audit_entry_is_append_only ON webcare_auditentry;
DROP FUNCTION webcare_refuse_to_change_audit();
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0009_languages_have_rows")]
    operations = [migrations.RunSQL(GUARDS, NO_GUARDS)]
