"""A function with a body keeps its plans: a short text is read in a tenth of the time."""

from django.db import migrations

WITH_A_BODY = """
CREATE OR REPLACE FUNCTION webcare_search_vector(said text, spoken text, entry bigint)
RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    words text := webcare_words(said);
    found tsvector := array_to_tsvector(ARRAY['~' || (entry >> 12), '~~' || (entry >> 16)])
        || setweight(to_tsvector('pg_catalog.simple'::regconfig, words), 'A');
BEGIN
    IF spoken NOT LIKE 'en%' THEN
        found := found || setweight(to_tsvector('pg_catalog.dutch'::regconfig, words), 'B');
    END IF;
    IF spoken NOT LIKE 'nl%' THEN
        found := found || setweight(to_tsvector('pg_catalog.english'::regconfig, words), 'C');
    END IF;
    RETURN found;
END $$;
"""
WITHOUT = """
CREATE OR REPLACE FUNCTION webcare_search_vector(said text, spoken text, entry bigint)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT array_to_tsvector(ARRAY['~' || (entry >> 12), '~~' || (entry >> 16)])
        || setweight(to_tsvector('pg_catalog.simple', words), 'A')
        || CASE WHEN spoken LIKE 'en%' THEN ''
                ELSE setweight(to_tsvector('pg_catalog.dutch', words), 'B') END
        || CASE WHEN spoken LIKE 'nl%' THEN ''
                ELSE setweight(to_tsvector('pg_catalog.english', words), 'C') END
      FROM (SELECT webcare_words(said) AS words OFFSET 0) AS folded
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("webcare", "0026_access_ends_at_once")]
    operations = [migrations.RunSQL(WITH_A_BODY, WITHOUT)]
