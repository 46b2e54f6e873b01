"""A new ticket that turns out to be an old one marks the days that it is now part of.

What is split off begins as new, and so does what an older message comes to: the marks
were left to tickets that were old before. Those days are added up anew. Each trigger is
replaced on its own, so that nobody who writes waits for all of them.
"""

from django.db import migrations

TRIGGERS = (
    "changed_ticket_marks_its_shares",
    "changed_ticket_marks_who_goes_on",
    "moved_ticket_is_marked",
    "moved_ticket_marks_its_promise",
)


def replaced(name: str, old: str, new: str) -> str:
    return f"""
DO $$
BEGIN
    EXECUTE (SELECT replace(replace(pg_get_triggerdef(oid), '{old} <', '{new} <'),
                            'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER')
               FROM pg_trigger
              WHERE tgname = '{name}' AND tgrelid = 'webcare_ticket'::regclass);
END $$;
"""


OLD, BOTH = "old.opened_at", "LEAST(old.opened_at, new.opened_at)"
MARKED = """
INSERT INTO webcare_mark (measure, view, quarter)
SELECT DISTINCT m.measure, 'cohort', date_bin('15 minutes', k.opened_at, 'epoch')
  FROM webcare_ticket k
 CROSS JOIN (VALUES ('opened'), ('added_value'), ('endings'), ('resolutions'),
                    ('resolution')) AS m(measure)
 WHERE k.opened_at < now() - interval '2 hours'
   AND (k.split_from_id IS NOT NULL
        OR k.id IN (SELECT ticket_id FROM webcare_ticketopening));
"""
# Those that came back from a merge without a message did not say when.
CHANGED = """
UPDATE webcare_ticket k SET changed_at = m.undone_at
  FROM webcare_merge m
 WHERE m.source_id = k.id AND m.undone_at > k.changed_at;
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webcare", "0107_answers_outside_are_contacts")]

    operations = [
        *(
            migrations.RunSQL(replaced(name, OLD, BOTH), replaced(name, BOTH, OLD))
            for name in TRIGGERS
        ),
        migrations.RunSQL(MARKED, migrations.RunSQL.noop),
        migrations.RunSQL(CHANGED, migrations.RunSQL.noop),
    ]
