"""What follows a test with transactions of its own: its rows are taken away.

Django would truncate every table, with all its indexes, and make content types and
permissions anew: longer than most of these tests take.
"""

from django.db import connection, transaction

# Triggers rest: the log refuses to be emptied, and keys would be looked up for nothing.
# Who still writes to a table is waited for.
EMPTY = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN
        SELECT format('%I', relname) FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
           AND relname NOT IN ('django_migrations', 'django_content_type',
                               'auth_permission')
    LOOP
        EXECUTE 'LOCK TABLE ' || name || ' IN SHARE ROW EXCLUSIVE MODE';
        EXECUTE 'DELETE FROM ' || name;
    END LOOP;
END $$
"""


def empty_tables() -> None:
    """Leave the database as migrations made it, but for its sequences."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(EMPTY)
