"""Whether promises were kept is added up as well, and so are their clocks' changes."""

from django.db import migrations

# Their days are those of the turn and the ticket, whose moments a clock repeats.
CLOCKS = """
CREATE FUNCTION webcare_mark_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN {made} END IF;
    IF TG_OP <> 'INSERT' THEN {gone} END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER clock_is_marked_insert AFTER INSERT ON webcare_clock
    REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_mark_clock();
CREATE TRIGGER clock_is_marked_update AFTER UPDATE ON webcare_clock
    REFERENCING OLD TABLE AS gone NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_mark_clock();
CREATE TRIGGER clock_is_marked_delete AFTER DELETE ON webcare_clock
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_mark_clock();
"""
_MARK = """
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT measure, view, date_bin('15 minutes', at, 'epoch'), now() FROM (
        SELECT v.measure, v.view, v.at
          FROM (SELECT * FROM {rows}
                 WHERE started_at < now() - interval '1 day') AS c
          JOIN webcare_ticket k ON k.id = c.ticket_id
          LEFT JOIN webcare_turn t ON t.id = c.turn_id
         CROSS JOIN LATERAL (VALUES
               (c.promise, 'cohort', coalesce(t.started_at, k.opened_at)),
               ('responses', 'cohort', t.started_at),
               ('responses', 'event', t.ended_at)) AS v(measure, view, at)
         WHERE (t.id IS NULL OR t.outcome <> 'waiting') AND v.at IS NOT NULL
    ) AS marked WHERE at < now() - interval '1 day';"""
NO_CLOCKS = """
DROP TRIGGER clock_is_marked_insert ON webcare_clock;
DROP TRIGGER clock_is_marked_update ON webcare_clock;
DROP TRIGGER clock_is_marked_delete ON webcare_clock;
DROP FUNCTION webcare_mark_clock();
"""

# What is known of a turn or a ticket is known of its promises.
FOLLOWED = """
CREATE FUNCTION webcare_mark_promises_of_turns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT CASE number WHEN 1 THEN 'first_response' ELSE 'next_response' END,
           'cohort', date_bin('15 minutes', started_at, 'epoch'), now()
      FROM (SELECT number, started_at, outcome FROM gone
             UNION ALL SELECT number, started_at, outcome FROM made) AS t
     WHERE outcome <> 'waiting' AND started_at < now() - interval '1 day';
    RETURN NULL;
END $$;
CREATE TRIGGER turn_marks_its_promises AFTER UPDATE ON webcare_turn
    REFERENCING OLD TABLE AS gone NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_mark_promises_of_turns();

CREATE FUNCTION webcare_mark_promises_of_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT 'resolution', 'cohort', date_bin('15 minutes', at, 'epoch'), now()
      FROM unnest(ARRAY[OLD.opened_at, NEW.opened_at]) AS at;
    RETURN NULL;
END $$;
CREATE TRIGGER moved_ticket_marks_its_promise
    AFTER UPDATE OF queue_id, topic_id, priority, agent_id, merged_into_id, opened_at
    ON webcare_ticket FOR EACH ROW
    WHEN (OLD.opened_at < now() - interval '1 day'
          AND (OLD.queue_id, OLD.topic_id, OLD.priority, OLD.agent_id,
               OLD.merged_into_id, OLD.opened_at)
              IS DISTINCT FROM (NEW.queue_id, NEW.topic_id, NEW.priority, NEW.agent_id,
                                NEW.merged_into_id, NEW.opened_at))
    EXECUTE FUNCTION webcare_mark_promises_of_ticket();
"""
NOT_FOLLOWED = """
DROP TRIGGER moved_ticket_marks_its_promise ON webcare_ticket;
DROP FUNCTION webcare_mark_promises_of_ticket();
DROP TRIGGER turn_marks_its_promises ON webcare_turn;
DROP FUNCTION webcare_mark_promises_of_turns();
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0041_people_are_asked")]

    operations = [
        migrations.RunSQL(
            CLOCKS.format(
                made=_MARK.format(rows="made"), gone=_MARK.format(rows="gone")
            ),
            NO_CLOCKS,
        ),
        migrations.RunSQL(FOLLOWED, NOT_FOLLOWED),
    ]
