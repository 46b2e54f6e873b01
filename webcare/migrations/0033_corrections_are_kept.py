"""What was known of a turn is kept when it is corrected, whichever statement does it.

Recorded times are those of the transaction: `now()`, as in the log.
"""

from django.db import migrations

_FACTS = """ticket_id, number, outcome, started_at, start_known_at, ended_at,
    end_known_at, acknowledged_at, acknowledged_known_at, calendar_seconds,
    business_seconds, in_hours, answered_by_id, queue_id, topic_id, channel_id,
    priority, language, known_from"""
_OLD = ", ".join(f"OLD.{name.strip()}" for name in _FACTS.split(","))

KEEP = f"""
CREATE FUNCTION webcare_keep_turn_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Who rebuilds facts from the log says all times himself.
    IF current_setting('webcare.rebuilding', true) = 'on' THEN
        RETURN NEW;
    END IF;
    IF NEW.outcome = 'waiting' THEN
        NEW.end_known_at := NULL;
    ELSIF OLD.outcome = 'waiting' THEN
        NEW.end_known_at := now();
    END IF;
    IF NEW.started_at <> OLD.started_at THEN
        NEW.start_known_at := now();
    END IF;
    IF NEW.acknowledged_at IS DISTINCT FROM OLD.acknowledged_at THEN
        NEW.acknowledged_known_at :=
            CASE WHEN NEW.acknowledged_at IS NOT NULL THEN now() END;
    END IF;
    -- That a turn ends, or is acknowledged, corrects nothing that was known.
    IF NEW.started_at <> OLD.started_at
       OR (OLD.acknowledged_at IS NOT NULL
           AND NEW.acknowledged_at IS DISTINCT FROM OLD.acknowledged_at)
       OR (OLD.outcome <> 'waiting'
           AND ((NEW.outcome, NEW.ended_at, NEW.calendar_seconds, NEW.answered_by_id,
                 NEW.queue_id, NEW.topic_id, NEW.priority, NEW.language)
                IS DISTINCT FROM
                (OLD.outcome, OLD.ended_at, OLD.calendar_seconds, OLD.answered_by_id,
                 OLD.queue_id, OLD.topic_id, OLD.priority, OLD.language)
                OR (OLD.business_seconds IS NOT NULL
                    AND NEW.business_seconds IS DISTINCT FROM OLD.business_seconds)
                OR (OLD.in_hours IS NOT NULL
                    AND NEW.in_hours IS DISTINCT FROM OLD.in_hours)))
    THEN
        -- Nobody has seen what is corrected by the transaction that wrote it, or by
        -- one that began before.
        IF OLD.known_from < now() THEN
            INSERT INTO webcare_turnversion (turn_id, known_until, {_FACTS})
            VALUES (OLD.id, now(), {_OLD});
        END IF;
        NEW.known_from := now();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER turn_facts_are_kept BEFORE UPDATE ON webcare_turn
    FOR EACH ROW EXECUTE FUNCTION webcare_keep_turn_facts();
"""
FORGET = """
DROP TRIGGER turn_facts_are_kept ON webcare_turn;
DROP FUNCTION webcare_keep_turn_facts();
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0032_figures_have_facts")]
    operations = [migrations.RunSQL(KEEP, FORGET)]
