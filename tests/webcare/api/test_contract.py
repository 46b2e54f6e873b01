"""Every operation, called with what the schema allows and with what it does not.

Whatever comes back has to be in the schema: its status, its kind, its members. How
hard it tries is said by SCHEMA_EXAMPLES: the calls of each operation, of each sort,
by each person.
"""

import os
import socket
from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

# What paths name, as the table of rights makes it.
from tests.webcare.api.test_permission_table import more, people, steps, things  # noqa: F401

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "1"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SORTS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
LIVE = "/api/v1/live"  # said to be full here, which is 503: it has no end otherwise


@pytest.fixture
def nowhere(monkeypatch):
    """No name of the network is known, and nobody waits to find that out."""

    def fail(*_, **__):
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)


@pytest.fixture
def one_connection():
    """Requests keep the connection of the test, as Django's own client lets them."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def operations(db, one_connection):
    schema = schemathesis.openapi.from_wsgi(
        "/api/schema?format=json", get_wsgi_application()
    )
    return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture
def keys(root, ada, key_of):
    """What each person calls with."""
    return {"root": key_of(root), "ada": key_of(ada)}


def named(path, things):  # noqa: F811
    """The things that the parameters of a path stand for."""
    first = path.removeprefix("/api/v1/").split("/")[0]
    given = {name.split(":")[-1]: v for name, v in things.items() if ":" not in name}
    own = {name.split(":")[1]: v for name, v in things.items() if f"{first}:" in name}
    return {name: str(value) for name, value in {**given, **own}.items()}


@pytest.fixture
def call(things, seen, keys):  # noqa: F811
    """Call an operation so many times, the same as each; what was wrong, in short."""

    def attempt(operation, sort):
        known = named(operation.path, things)
        checks = CHECKS[1:] if operation.path == LIVE else CHECKS
        wrong = []

        @given(case=operation.as_strategy(generation_mode=sort))
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def run(case):
            case.path_parameters = {
                name: known.get(name, value)
                for name, value in (case.path_parameters or {}).items()
            }
            # Making a case takes longer than calling: everybody sends the same one.
            for person in keys:
                response = answered(case, person)
                seen[person, response.status_code] += 1
                try:
                    case.validate_response(response, checks=checks)
                except FailureGroup as failures:
                    said = "; ".join(f"{e.title}: {e}" for e in failures.exceptions)
                    wrong.append(
                        f"{person}: {operation.label} {case.path_parameters}"
                        f" {case.query} {case.body!r:.300}"
                        f" -> {response.status_code}: {said:.600}"
                    )

        run()
        return wrong

    def answered(case, person):
        with transaction.atomic():
            headers = {"Authorization": f"Bearer {keys[person]}"}
            # Without a server between, nothing takes an answer apart again.
            headers["Accept-Encoding"] = "identity"
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        return response

    return attempt


@pytest.fixture
def seen():
    """How often each person was answered each status."""
    return Counter()


def test_whatever_is_sent_is_answered_as_the_schema_says(
    operations, call, keys, nowhere, settings, seen
):
    settings.LIVE_PER_PROCESS = 0

    wrong = [
        one
        for operation in operations
        for sort in SORTS
        for one in call(operation, sort)
    ]

    assert len(operations) > 100
    for person in keys:
        assert sum(seen[person, status] for status in (200, 201, 202, 204)) > 50
    assert not wrong, f"{len(wrong)} answers:\n" + "\n".join(wrong)
