"""The languages that people answer in, as rows: they are asked about in every handout.

Run again, it adds what is missing; going back needs nothing, the list is still there.
"""

from django.db import migrations

FILL = """
INSERT INTO webcare_userlanguage (user_id, language, level)
SELECT u.id, left(l.language, 12), 3
  FROM webcare_user u
 CROSS JOIN LATERAL jsonb_array_elements_text(u.languages) AS l(language)
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0008_people_have_skills")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
