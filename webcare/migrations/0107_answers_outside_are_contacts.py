"""What was answered outside the desk is a first contact as well: those days anew.

So are those whose tickets were merged when that was decided, and taken apart later.
"""

from django.db import migrations

MARKED = """
INSERT INTO webcare_mark (measure, view, quarter)
SELECT DISTINCT 'first_contacts', moment.view, date_bin('15 minutes', moment.at, 'epoch')
  FROM webcare_ending e
 CROSS JOIN LATERAL (VALUES ('cohort', e.opened_at), ('event', e.at))
       AS moment(view, at)
 WHERE e.number = 1 AND e.outcome = 'answered'
   AND (EXISTS (SELECT FROM webcare_turn t
                 WHERE t.ticket_id = e.ticket_id AND t.outcome = 'answered'
                   AND t.answered_by_id IS NULL)
        OR e.ticket_id IN (SELECT source_id FROM webcare_merge
                            WHERE undone_at IS NOT NULL));
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0106_imports_know_their_reader")]

    operations = [migrations.RunSQL(MARKED, migrations.RunSQL.noop)]
