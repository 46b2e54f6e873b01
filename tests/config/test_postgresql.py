"""A kept connection is used again without a question, and made anew when it ended."""

import time

import psycopg
import pytest
from django.db import connection

from conversations.models.bulk import fetch


@pytest.fixture
def other(transactional_db):
    """A second connection to the same database, as another process has one."""
    url = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    known = {name: url[name] for name in names if name in url}
    with psycopg.connect(**known, autocommit=True) as found:
        yield found


def _begin_request() -> None:
    connection.health_check_enabled = True
    connection.close_if_unusable_or_obsolete()
    connection.close_if_health_check_failed()


def test_a_connection_that_lives_is_not_asked(other):
    [[ours]] = fetch("SELECT pg_backend_pid()", [])

    _begin_request()

    last = "SELECT query FROM pg_stat_activity WHERE pid = %s"
    assert other.execute(last, [ours]).fetchone() == ("SELECT pg_backend_pid()",)
    assert fetch("SELECT pg_backend_pid()", []) == [(ours,)]


def test_a_connection_that_the_server_ended_is_made_again(other):
    [[ours]] = fetch("SELECT pg_backend_pid()", [])
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [ours])
    time.sleep(0.05)

    _begin_request()

    assert fetch("SELECT pg_backend_pid()", []) != [(ours,)]


def test_no_statement_is_compiled_first(db):
    assert fetch("SHOW jit", []) == [("off",)]
