from datetime import datetime

from conversations.models.bulk import fetch


def database_now() -> datetime:
    """Return the database's time, in UTC: the one clock that all machines share.

    Leases, due times and everything that is measured are taken from it, so that a
    machine whose clock is wrong cannot bend a figure.
    """
    [[now]] = fetch("SELECT clock_timestamp()", [])
    assert isinstance(now, datetime)
    return now
