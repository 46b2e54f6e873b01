"""History is written once; erasing it leaves a trace that nobody can erase."""

import pytest
from django.db import IntegrityError, connection, transaction

from conversations.models.bulk import fetch
from webcare.models import LogErasure, TicketEvent

pytestmark = pytest.mark.django_db

DELETE = "DELETE FROM webcare_ticketevent WHERE kind = 'opened'"
UPDATE = "UPDATE webcare_ticketevent SET data = '{}' WHERE kind = 'opened'"


def erasing(by="ines", reason="asked to be forgotten"):
    fetch(
        """SELECT set_config('webcare.erasing', 'on', true),
                  set_config('webcare.erasing_by', %s, true),
                  set_config('webcare.erasing_reason', %s, true)""",
        [by, reason],
    )


@pytest.mark.parametrize(
    ("statement", "operation"), [(DELETE, "delete"), (UPDATE, "update")]
)
def test_erasing_writes_down_who_erased_what_and_why(ticket, statement, operation):
    opened = TicketEvent.objects.get(kind="opened").pk
    with transaction.atomic():
        erasing()
        fetch(statement, [])

    trace = LogErasure.objects.get()
    assert (trace.operation, trace.event_ids) == (operation, [opened])
    assert (trace.erased_by, trace.reason) == ("ines", "asked to be forgotten")
    assert trace.erased_at


def test_erasing_nothing_leaves_no_trace(ticket):
    with transaction.atomic():
        erasing()
        fetch("DELETE FROM webcare_ticketevent WHERE kind = 'nothing'", [])

    assert not LogErasure.objects.exists()


@pytest.mark.parametrize("said", [{"by": " "}, {"reason": ""}])
@pytest.mark.parametrize("statement", [DELETE, UPDATE])
def test_nobody_erases_without_a_name_and_a_reason(ticket, said, statement):
    with (
        pytest.raises(IntegrityError, match="who they are and why"),
        transaction.atomic(),
    ):
        erasing(**said)
        fetch(statement, [])

    assert TicketEvent.objects.filter(kind="opened").exists()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE webcare_logerasure SET reason = 'x'", "DELETE FROM webcare_logerasure"],
)
def test_the_trace_itself_cannot_be_erased(ticket, statement):
    with transaction.atomic():
        erasing()
        fetch(DELETE, [])

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        erasing()
        fetch(statement, [])


@pytest.mark.parametrize("table", ["webcare_ticketevent", "webcare_logerasure"])
def test_the_log_is_never_emptied_not_even_by_who_erases(db, table):
    with connection.cursor() as cursor:
        erasing()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")
