"""Whether one answer was enough is added up by when tickets were opened as well.

It is decided seven days after a ticket was resolved, and nothing is written then: the
mark is left when it is resolved, for that moment. Who was resolved within a day of its
opening is decided before the day of its opening is added up.
"""

from django.db import migrations

MARKED = """
CREATE FUNCTION webcare_mark_first_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webcare_mark (measure, view, quarter, at)
    SELECT DISTINCT 'first_contacts', 'cohort',
           date_bin('15 minutes', opened_at, 'epoch'),
           greatest(at + interval '7 days', now())
      FROM made WHERE number = 1 AND at > opened_at + interval '1 day';
    RETURN NULL;
END $$;
CREATE TRIGGER ending_marks_first_contacts AFTER INSERT ON webcare_ending
    REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION webcare_mark_first_contacts();
-- What was resolved in the last days is decided after days of old are added up.
INSERT INTO webcare_mark (measure, view, quarter, at)
SELECT DISTINCT 'first_contacts', 'cohort',
       date_bin('15 minutes', opened_at, 'epoch'), at + interval '7 days'
  FROM webcare_ending
 WHERE number = 1 AND at > now() - interval '8 days'
   AND at > opened_at + interval '1 day';
"""
NOT_MARKED = """
DROP TRIGGER ending_marks_first_contacts ON webcare_ending;
DROP FUNCTION webcare_mark_first_contacts();
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0078_notification_settings")]

    operations = [migrations.RunSQL(MARKED, NOT_MARKED)]
