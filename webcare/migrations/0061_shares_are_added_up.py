"""Whom we answered and what it added are added up as well.

What was decided about a message is kept when something else is, and whatever those two
figures are made of marks their days, as in 0039.
"""

import django.db.models.deletion
from django.db import migrations, models

KEPT = """
CREATE FUNCTION webcare_keep_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_decisionversion
           (message_id, verdict, reason, decided_at, known_until)
    VALUES (OLD.message_id, OLD.verdict, OLD.reason, OLD.decided_at,
            CASE WHEN NEW.decided_at > OLD.decided_at THEN NEW.decided_at
                 ELSE now() END);
    RETURN NULL;
END $$;
CREATE TRIGGER decision_is_kept AFTER UPDATE ON webcare_decision FOR EACH ROW
    WHEN ((OLD.verdict, OLD.reason) IS DISTINCT FROM (NEW.verdict, NEW.reason))
    EXECUTE FUNCTION webcare_keep_decision();
"""
NOT_KEPT = """
DROP TRIGGER decision_is_kept ON webcare_decision;
DROP FUNCTION webcare_keep_decision();
"""

_MARK = """
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT measure, view, date_bin('15 minutes', at, 'epoch'), now()
      FROM ({marked}) AS marked WHERE at < now() - interval '1 day';"""
_OLD = "now() - interval '1 day'"

RESPONSES = """
    SELECT 'responses' AS measure, v.view, v.at FROM {rows} t
     CROSS JOIN LATERAL (VALUES ('cohort', t.started_at), ('event', t.ended_at))
           AS v(view, at)
     WHERE t.outcome <> 'waiting'"""
# A message is answered with the turn that it is part of; a turn has only messages that
# are as old as it is. They are found where they stand, or stand elsewhere.
_SHARES_OF_TURNS = f"""
     UNION ALL
    SELECT 'response_rate', 'cohort', m.posted_at FROM {{rows}} t
      JOIN webcare_ticketmessage tm
           ON tm.origin_ticket_id = t.ticket_id AND tm.ticket_id = t.ticket_id
      JOIN conversations_message m ON m.id = tm.message_id
     WHERE t.started_at < {_OLD} AND m.posted_at >= t.started_at
     UNION ALL
    SELECT 'response_rate', 'cohort', m.posted_at FROM {{rows}} t
      JOIN webcare_ticketmessage tm
           ON tm.origin_ticket_id = t.ticket_id AND tm.ticket_id <> tm.origin_ticket_id
      JOIN conversations_message m ON m.id = tm.message_id
     WHERE t.started_at < {_OLD} AND m.posted_at >= t.started_at
     UNION ALL
    SELECT 'added_value', 'cohort', k.opened_at FROM {{rows}} t
      JOIN webcare_ticket k ON k.id = t.ticket_id
     WHERE t.number = 1 AND t.started_at < {_OLD}"""
MESSAGES = """
    SELECT 'messages' AS measure, 'cohort' AS view, posted_at AS at FROM {rows}"""
_HEARD = """
     UNION ALL
    SELECT 'response_rate', 'cohort', posted_at FROM {rows} WHERE direction = 'in'"""
OPENED = """
    SELECT 'opened' AS measure, 'cohort' AS view, opened_at AS at FROM {rows}"""
_CONVERSATIONS = """
     UNION ALL
    SELECT 'added_value', 'cohort', opened_at FROM {rows}"""
STANDING = """
    SELECT 'messages' AS measure, 'cohort' AS view, m.posted_at AS at
      FROM {rows} tm JOIN conversations_message m ON m.id = tm.message_id"""
_SHARES_OF_STANDING = """
     UNION ALL
    SELECT 'response_rate', 'cohort', m.posted_at
      FROM {rows} tm JOIN conversations_message m ON m.id = tm.message_id
     WHERE m.direction = 'in'
     UNION ALL
    SELECT 'added_value', 'cohort', k.opened_at
      FROM {rows} tm JOIN webcare_ticket k ON k.id = tm.ticket_id"""
DECISIONS = """
    SELECT 'response_rate' AS measure, 'cohort' AS view, m.posted_at AS at
      FROM {rows} d JOIN conversations_message m ON m.id = d.message_id
     UNION ALL
    SELECT 'added_value', 'cohort', k.opened_at
      FROM {rows} d JOIN webcare_ticketmessage tm ON tm.message_id = d.message_id
      JOIN webcare_ticket k ON k.id = tm.ticket_id
     WHERE d.reason = 'closing_remark'"""


def marks(table: str, marked: str) -> str:
    """The function by which statements on a table mark."""
    made, gone = (
        _MARK.format(marked=marked.format(rows=rows)) for rows in ("made", "gone")
    )
    return f"""
        CREATE OR REPLACE FUNCTION webcare_mark_{table}() RETURNS trigger
            LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'DELETE' THEN {made} END IF;
            IF TG_OP <> 'INSERT' THEN {gone} END IF;
            RETURN NULL;
        END $$;"""


def marking_more(table: str, marked: str, more: str) -> migrations.RunSQL:
    return migrations.RunSQL(marks(table, marked + more), marks(table, marked))


DECIDED = f"""
{marks("decision", DECISIONS)}
CREATE TRIGGER decision_is_marked_insert AFTER INSERT ON webcare_decision
    REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_mark_decision();
CREATE TRIGGER decision_is_marked_update AFTER UPDATE ON webcare_decision
    REFERENCING OLD TABLE AS gone NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_mark_decision();
CREATE TRIGGER decision_is_marked_delete AFTER DELETE ON webcare_decision
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_mark_decision();
"""
NOT_DECIDED = """
DROP TRIGGER decision_is_marked_insert ON webcare_decision;
DROP TRIGGER decision_is_marked_update ON webcare_decision;
DROP TRIGGER decision_is_marked_delete ON webcare_decision;
DROP FUNCTION webcare_mark_decision();
"""

# What a ticket tells of a conversation, and of its messages that nobody answered yet.
TICKETS = """
CREATE FUNCTION webcare_mark_shares_of_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT measure, 'cohort', date_bin('15 minutes', at, 'epoch'), now() FROM (
        SELECT 'added_value' AS measure, unnest(ARRAY[OLD.opened_at,
                                                      NEW.opened_at]) AS at
         UNION ALL
        SELECT 'response_rate', m.posted_at FROM webcare_ticketmessage tm
          JOIN conversations_message m ON m.id = tm.message_id
         WHERE tm.ticket_id = NEW.id AND m.direction = 'in'
           AND (OLD.queue_id, OLD.topic_id, OLD.priority, OLD.agent_id)
               IS DISTINCT FROM (NEW.queue_id, NEW.topic_id, NEW.priority,
                                 NEW.agent_id)
         UNION ALL
        SELECT 'response_rate', m.posted_at FROM webcare_ticketmessage tm
          JOIN conversations_message m ON m.id = tm.message_id
         WHERE tm.origin_ticket_id = NEW.id AND tm.ticket_id <> tm.origin_ticket_id
           AND m.direction = 'in'
           AND (OLD.queue_id, OLD.topic_id, OLD.priority, OLD.agent_id)
               IS DISTINCT FROM (NEW.queue_id, NEW.topic_id, NEW.priority,
                                 NEW.agent_id)
    ) AS marked WHERE at < now() - interval '1 day';
    RETURN NULL;
END $$;
CREATE TRIGGER changed_ticket_marks_its_shares
    AFTER UPDATE OF queue_id, topic_id, priority, agent_id, status, merged_into_id,
                    opened_at
    ON webcare_ticket FOR EACH ROW
    WHEN (OLD.opened_at < now() - interval '1 day'
          AND (OLD.queue_id, OLD.topic_id, OLD.priority, OLD.agent_id,
               OLD.merged_into_id, OLD.opened_at, OLD.status IN ('resolved', 'closed'))
              IS DISTINCT FROM (NEW.queue_id, NEW.topic_id, NEW.priority, NEW.agent_id,
                                NEW.merged_into_id, NEW.opened_at,
                                NEW.status IN ('resolved', 'closed')))
    EXECUTE FUNCTION webcare_mark_shares_of_ticket();
"""
NO_TICKETS = """
DROP TRIGGER changed_ticket_marks_its_shares ON webcare_ticket;
DROP FUNCTION webcare_mark_shares_of_ticket();
"""

# Evidence that comes seldom: a row at a time.
_OF_MESSAGE = """
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT 'added_value', 'cohort', date_bin('15 minutes', k.opened_at, 'epoch'), now()
      FROM webcare_ticketmessage tm JOIN webcare_ticket k ON k.id = tm.ticket_id
     WHERE tm.message_id = {message} AND k.opened_at < now() - interval '1 day'"""
EVIDENCE = f"""
CREATE FUNCTION webcare_mark_annoyance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_OF_MESSAGE.format(message="coalesce(NEW.message_id, OLD.message_id)")};
    RETURN NULL;
END $$;
CREATE TRIGGER annoyance_is_marked AFTER INSERT OR DELETE ON webcare_annoyance
    FOR EACH ROW EXECUTE FUNCTION webcare_mark_annoyance();

CREATE FUNCTION webcare_mark_survey() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT 'added_value', 'cohort', date_bin('15 minutes', k.opened_at, 'epoch'), now()
      FROM webcare_ticket k
     WHERE k.id = NEW.ticket_id AND k.opened_at < now() - interval '1 day';
    RETURN NULL;
END $$;
CREATE TRIGGER survey_is_marked AFTER UPDATE OF score, answered_at ON webcare_survey
    FOR EACH ROW
    WHEN ((OLD.score, OLD.answered_at) IS DISTINCT FROM (NEW.score, NEW.answered_at))
    EXECUTE FUNCTION webcare_mark_survey();

-- What nobody wrote is no part of ours: known once the text that went out is.
CREATE FUNCTION webcare_mark_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_OF_MESSAGE.format(message="NEW.message_id")}
       AND EXISTS (SELECT FROM webcare_reply r
                    WHERE r.delivery_id = NEW.id
                      AND (r.rule_id IS NOT NULL OR r.holding));
    RETURN NULL;
END $$;
CREATE TRIGGER delivery_is_marked AFTER UPDATE OF message_id ON conversations_delivery
    FOR EACH ROW WHEN (OLD.message_id IS DISTINCT FROM NEW.message_id)
    EXECUTE FUNCTION webcare_mark_delivery();
"""
NO_EVIDENCE = """
DROP TRIGGER annoyance_is_marked ON webcare_annoyance;
DROP FUNCTION webcare_mark_annoyance();
DROP TRIGGER survey_is_marked ON webcare_survey;
DROP FUNCTION webcare_mark_survey();
DROP TRIGGER delivery_is_marked ON conversations_delivery;
DROP FUNCTION webcare_mark_delivery();
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0060_tags_are_walked_in_order")]

    operations = [
        migrations.CreateModel(
            name="DecisionVersion",
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
                ("verdict", models.CharField(max_length=8)),
                ("reason", models.CharField(max_length=40)),
                ("decided_at", models.DateTimeField()),
                ("known_until", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conversations.message",
                    ),
                ),
            ],
        ),
        # Turns as they were known are found by their ticket, too: few are corrected.
        migrations.AddIndex(
            model_name="turnversion",
            index=models.Index(fields=["ticket"], name="turn_version_of_ticket"),
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
        marking_more("turn", RESPONSES, _SHARES_OF_TURNS),
        marking_more("message", MESSAGES, _HEARD),
        marking_more("ticket", OPENED, _CONVERSATIONS),
        marking_more("ticketmessage", STANDING, _SHARES_OF_STANDING),
        migrations.RunSQL(DECIDED, NOT_DECIDED),
        migrations.RunSQL(TICKETS, NO_TICKETS),
        migrations.RunSQL(EVIDENCE, NO_EVIDENCE),
    ]
