"""What the business forbids is refused here too, whoever asks."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION conversations_refuse_to_send() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM conversations_channel
      WHERE id = NEW.channel_id AND mode IN ('pilot', 'engage') FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'channel % does not send', NEW.channel_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_channel_may_send';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_channel_may_send
    BEFORE INSERT OR UPDATE OF state ON conversations_delivery
    FOR EACH ROW WHEN (NEW.state = 'sending')
    EXECUTE FUNCTION conversations_refuse_to_send();
"""
ALLOW = """
DROP TRIGGER delivery_channel_may_send ON conversations_delivery;
DROP FUNCTION conversations_refuse_to_send();
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_first")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
