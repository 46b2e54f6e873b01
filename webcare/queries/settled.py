"""The moment up to which all that was recorded can be read, and nothing turns up."""

from datetime import datetime

from conversations.models.bulk import fetch

# A transaction is seen in the list of those under way an instant after it began.
_UNSEEN = "interval '20 ms'"


def settled_at() -> datetime:
    """Return the newest instant before which no fact can still turn up.

    Recorded times lie within the transaction that writes, and it is read when it has
    ended: whatever began before this instant has. A report that is as of it says the
    same whenever it is asked again. One's own transaction does not hold it back, and
    neither does a backup, which writes nothing; whatever else runs long does.
    """
    [[moment]] = fetch(
        f"""SELECT least(statement_timestamp() - {_UNSEEN},
                         (SELECT min(xact_start) FROM pg_stat_activity
                           WHERE datname = current_database()
                             AND backend_type = 'client backend'
                             AND pid <> pg_backend_pid()
                             AND application_name <> 'pg_dump')
                         - interval '1 microsecond')""",
        [],
    )
    assert isinstance(moment, datetime)
    return moment
