"""How words are read, and what wakes the stage that keeps the search entries.

Triggers do it, not those who write: whatever changes a text, by whatever way, an
erasure among others, is followed.
"""

from django.db import migrations

# Accents are folded and punctuation parts words, so that `storing.Het` is two words and
# no host name; the dictionaries get letters and digits alone.
WORDS = r"""
CREATE FUNCTION webcare_words(said text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT regexp_replace(
        regexp_replace(normalize(left(said, 50000), NFKD), '[\u0300-\u036f]+', '', 'g'),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f]+',
        ' ', 'g')
$$;

-- Stems are kept apart from words as they are, and Dutch ones from English ones: each
-- is only compared with its like. `~` never begins a word: the blocks an entry is in.
CREATE FUNCTION webcare_search_vector(said text, spoken text, entry bigint)
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
NO_WORDS = """
DROP FUNCTION webcare_search_vector(text, text, bigint);
DROP FUNCTION webcare_words(text);
"""

# Work that waits is woken anew: whoever had claimed it may read before we commit, and
# then it is not theirs to end.
# For any table with a `ticket_id`: what was there before, and what is now.
FOLLOW = """
CREATE FUNCTION webcare_index_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO conversations_work (stage, subject_id)
        SELECT DISTINCT 'index', ticket_id FROM made ORDER BY ticket_id
            ON CONFLICT (stage, subject_id) DO UPDATE
        SET fence = NULL, leased_until = NULL, attempts = 0;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO conversations_work (stage, subject_id)
        SELECT DISTINCT 'index', ticket_id FROM gone ORDER BY ticket_id
            ON CONFLICT (stage, subject_id) DO UPDATE
        SET fence = NULL, leased_until = NULL, attempts = 0;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION webcare_index_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO conversations_work (stage, subject_id)
    SELECT 'index', ticket_id FROM webcare_ticketmessage WHERE message_id = NEW.id
        ON CONFLICT (stage, subject_id) DO UPDATE
        SET fence = NULL, leased_until = NULL, attempts = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER search_follows_message
    AFTER UPDATE OF text ON conversations_message
    FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text)
    EXECUTE FUNCTION webcare_index_message();

CREATE FUNCTION webcare_index_tag() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO conversations_work (stage, subject_id)
    SELECT 'index', ticket_id FROM webcare_tickettag WHERE tag_id = NEW.id
     ORDER BY ticket_id ON CONFLICT (stage, subject_id) DO UPDATE
        SET fence = NULL, leased_until = NULL, attempts = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER search_follows_tag
    AFTER UPDATE OF name ON webcare_tag
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION webcare_index_tag();

CREATE FUNCTION webcare_index_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO conversations_work (stage, subject_id)
    SELECT 'index', id FROM webcare_ticket WHERE author_id = NEW.id ORDER BY id
        ON CONFLICT (stage, subject_id) DO UPDATE
        SET fence = NULL, leased_until = NULL, attempts = 0;
    RETURN NULL;
END $$;
CREATE TRIGGER search_follows_author
    AFTER UPDATE OF handle, name ON conversations_author
    FOR EACH ROW WHEN (OLD.handle IS DISTINCT FROM NEW.handle
                       OR OLD.name IS DISTINCT FROM NEW.name)
    EXECUTE FUNCTION webcare_index_author();
"""
LEAVE = """
DROP TRIGGER search_follows_author ON conversations_author;
DROP FUNCTION webcare_index_author();
DROP TRIGGER search_follows_tag ON webcare_tag;
DROP FUNCTION webcare_index_tag();
DROP TRIGGER search_follows_message ON conversations_message;
DROP FUNCTION webcare_index_message();
DROP FUNCTION webcare_index_tickets();
"""


def following(table: str) -> migrations.RunSQL:
    """Wake the stage by rows of a table with a `ticket_id`."""
    name = f"search_follows_{table.split('_')[1]}"
    after = {
        "INSERT": "NEW TABLE AS made",
        "UPDATE": "OLD TABLE AS gone NEW TABLE AS made",
        "DELETE": "OLD TABLE AS gone",
    }
    return migrations.RunSQL(
        "".join(
            f"CREATE TRIGGER {name}_{verb.lower()} AFTER {verb} ON {table} "
            f"REFERENCING {rows} FOR EACH STATEMENT "
            "EXECUTE FUNCTION webcare_index_tickets();\n"
            for verb, rows in after.items()
        ),
        "".join(f"DROP TRIGGER {name}_{verb.lower()} ON {table};\n" for verb in after),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0008_authors_by_handle"),
        ("webcare", "0019_lists_follow_an_index"),
    ]

    operations = [
        migrations.RunSQL(WORDS, NO_WORDS),
        migrations.RunSQL(FOLLOW, LEAVE),
        following("webcare_ticketmessage"),
        following("webcare_note"),
        following("webcare_tickettag"),
        following("webcare_externalreference"),
    ]
