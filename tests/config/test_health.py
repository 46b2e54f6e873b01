"""What a supervisor is told, whatever name it asks under."""

import pytest
from django.db import DatabaseError, connection

STRANGE = {"HTTP_HOST": "10.1.2.3:8000"}


def test_a_process_that_is_there_says_so_without_a_database(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    answer = client.get("/healthz", **STRANGE)

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_with_postgresql_it_is_ready(client):
    assert client.get("/readyz", **STRANGE).status_code == 200


@pytest.mark.django_db
def test_without_postgresql_it_is_not(client):
    def refuse(*_):
        raise DatabaseError("gone")

    with connection.execute_wrapper(refuse):
        answer = client.get("/readyz", **STRANGE)

    assert answer.status_code == 503
    assert b"PostgreSQL" in answer.content
