"""The fields that a desk adds to its tickets, and what counts as an answer."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from webcare.actions.fields import answer_fields, change_field, make_field
from webcare.actions.tickets import resolve_ticket
from webcare.domain.fields import FieldKind, read_answer
from webcare.domain.outcomes import Resolution
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import CustomField, FieldValue, Ticket
from webcare.queries.fields import field_conditions, missing_fields

pytestmark = pytest.mark.django_db
PATH = "/api/v1/tickets"
ANSWERS = {
    "account": "A-12",
    "cause": "Digger",
    "cost": 12.5,
    "since": "2026-03-01",
    "called": True,
}


@pytest.fixture
def five(root, shop_queue):
    """A field of each kind."""

    def make(key, kind, **fields):
        return make_field(user=root, key=key, kind=kind, name=key.title(), **fields)

    return {
        "account": make("account", FieldKind.TEXT),
        "cause": make("cause", FieldKind.CHOICE, choices=["Digger", "Age"]),
        "cost": make("cost", FieldKind.NUMBER, queue=shop_queue),
        "since": make("since", FieldKind.DATE),
        "called": make("called", FieldKind.CHECKBOX),
    }


def errors_of(call):
    with pytest.raises(Invalid) as refused:
        call()
    return sorted(refused.value.errors)


@pytest.mark.parametrize(
    ("kind", "given", "answer"),
    [
        ("text", " A-12 ", "A-12"),
        ("choice", "Age", "Age"),
        ("number", 12, Decimal(12)),
        ("number", "12.3456", Decimal("12.3456")),
        ("number", -99_999_999_999, Decimal(-99_999_999_999)),
        ("number", "0e999999999", Decimal(0)),
        ("date", "2026-03-01", date(2026, 3, 1)),
        ("checkbox", False, False),
        ("checkbox", "true", True),
    ],
)
def test_an_answer_of_each_kind_is_read(kind, given, answer):
    assert read_answer(kind, given, ["Digger", "Age"]) == answer


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", ""),
        ("text", "x" * 501),
        ("text", "a\0b"),
        ("text", "\ud800"),
        ("text", 5),
        ("choice", "Rust"),
        ("choice", ["Age"]),
        ("number", "twelve"),
        ("number", "1.23456"),
        ("number", 10**11),
        ("number", "1e999999999"),
        ("number", "1e-999999999"),
        ("number", "nan"),
        ("number", float("inf")),
        ("number", True),
        ("number", [1]),
        ("date", "2026-02-30"),
        ("date", "yesterday"),
        ("date", 20260301),
        ("checkbox", "yes"),
        ("checkbox", 1),
    ],
)
def test_what_is_no_answer_is_told_what_would_be_one(kind, given):
    with pytest.raises(ValueError, match=r"^(Send|Choose) .*\.$"):
        read_answer(kind, given, ["Digger", "Age"])


def test_answers_stand_in_the_column_of_their_kind(ticket, ada, five):
    answer_fields(ticket=ticket, user=ada, given=ANSWERS)

    kept = FieldValue.objects.values_list("text", "number", "date", "checkbox")
    assert {one.field.key: kept.get(pk=one.pk) for one in FieldValue.objects.all()} == {
        "account": ("A-12", None, None, None),
        "cause": ("Digger", None, None, None),
        "cost": (None, Decimal("12.5"), None, None),
        "since": (None, None, date(2026, 3, 1), None),
        "called": (None, None, None, True),
    }


@pytest.mark.parametrize(
    "columns", [{}, {"number": 1, "text": "x"}, {"kind": "text"}, {"text": "x"}]
)
def test_the_database_refuses_an_answer_in_another_column(ticket, five, columns):
    given = {"kind": "number", **columns}

    with pytest.raises(IntegrityError), transaction.atomic():
        FieldValue.objects.create(ticket=ticket, field=five["cost"], **given)


def test_each_change_is_one_event_without_the_answer(ticket, ada, five):
    version = ticket.version
    answer_fields(ticket=ticket, user=ada, given=ANSWERS)
    answer_fields(ticket=ticket, user=ada, given=ANSWERS | {"cause": "Age"})
    answer_fields(ticket=ticket, user=ada, given={"cause": None, "since": "2026-03-01"})
    answer_fields(ticket=ticket, user=ada, given={"cause": None})

    changes = ticket.events.filter(kind="field_changed").order_by("pk")
    data = [one.data for one in changes]
    assert len(data) == len(ANSWERS) + 2
    assert data[-1] == {"field": "cause", "is_answered": False}
    assert "Digger" not in str(data)
    assert ticket.version == version + 3


def test_one_bad_answer_keeps_all_out_and_each_is_named(ticket, ada, five, root):
    change_field(user=root, field=five["since"], retired=True)
    given = ANSWERS | {"cause": "Rust", "cost": "x", "nothing": 1}

    errors = errors_of(lambda: answer_fields(ticket=ticket, user=ada, given=given))

    assert errors == ["cause", "cost", "nothing", "since"]
    assert not FieldValue.objects.exists()


def test_a_field_of_another_queue_is_not_asked(ticket, ada, root, power_queue):
    make_field(
        user=root, key="volt", kind=FieldKind.TEXT, queue=power_queue, name="Volt"
    )

    given = {"volt": "230"}
    errors = errors_of(lambda: answer_fields(ticket=ticket, user=ada, given=given))

    assert errors == ["volt"]


def test_what_is_missing_is_what_is_required_here_and_unanswered(
    ticket, ada, root, five, power_queue
):
    for field in (five["account"], five["cost"], five["called"], five["since"]):
        change_field(user=root, field=field, required_to_resolve=True)
    make_field(
        user=root,
        key="volt",
        kind=FieldKind.TEXT,
        queue=power_queue,
        name="Volt",
        required_to_resolve=True,
    )
    change_field(user=root, field=five["since"], retired=True)
    answer_fields(ticket=ticket, user=ada, given={"account": "A", "called": False})

    assert missing_fields(ticket) == ["cost"]


def test_a_ticket_is_resolved_once_what_is_required_is_answered(
    ticket, ada, root, five
):
    change_field(user=root, field=five["cost"], required_to_resolve=True)

    errors = errors_of(lambda: resolve_ticket(ticket=ticket, user=ada))
    ticket.refresh_from_db()
    assert (errors, ticket.status) == (["cost"], "new")

    answer_fields(ticket=ticket, user=ada, given={"cost": 1})
    resolve_ticket(ticket=ticket, user=ada)
    assert ticket.status == "resolved"


def test_spam_is_asked_nothing(ticket, ada, root, five):
    change_field(user=root, field=five["cost"], required_to_resolve=True)

    resolve_ticket(ticket=ticket, user=ada, outcome=Resolution.SPAM)

    assert ticket.status == "resolved"


def test_a_lead_asks_in_their_own_queue_alone(lena, ada, shop_queue, power_queue):
    given = {"kind": FieldKind.TEXT, "name": "X"}
    make_field(user=lena, key="one", queue=shop_queue, **given)

    with pytest.raises(NotAllowed):
        make_field(user=lena, key="two", queue=power_queue, **given)
    with pytest.raises(NotAllowed):
        make_field(user=lena, key="three", queue=None, **given)
    with pytest.raises(NotAllowed):
        make_field(user=ada, key="four", queue=shop_queue, **given)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"key": "Account"}, "key"),
        ({"key": "a__min"}, "key"),
        ({"key": "-a"}, "key"),
        ({"choices": ["a"]}, "choices"),
        ({"kind": FieldKind.CHOICE}, "choices"),
        ({"kind": FieldKind.CHOICE, "choices": ["a", "a"]}, "choices"),
    ],
)
def test_a_field_that_cannot_be_asked_is_refused(root, fields, error):
    given = {"key": "a", "kind": FieldKind.TEXT, "name": "A"} | fields

    assert errors_of(lambda: make_field(user=root, **given)) == [error]


def found(given):
    conditions, values = field_conditions(given)
    where = " AND ".join(conditions) or "true"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT k.id FROM webcare_ticket k WHERE {where}", values)
        return [pk for [pk] in cursor.fetchall()]


@pytest.fixture
def two(make_ticket, ada, five):
    """One ticket with the answers above, one with others."""
    first, second = make_ticket(), make_ticket()
    answer_fields(ticket=first, user=ada, given=ANSWERS)
    others = {
        "account": "B",
        "cause": "Age",
        "cost": 100,
        "since": "2026-04-01",
        "called": False,
    }
    answer_fields(ticket=second, user=ada, given=others)
    return first.pk, second.pk


@pytest.mark.parametrize(
    ("given", "which"),
    [
        ({"field.account": "A-12"}, [0]),
        ({"field.cause": "Age"}, [1]),
        ({"field.cost": "12.50"}, [0]),
        ({"field.cost__min": "100"}, [1]),
        ({"field.cost__min": "1", "field.cost__max": "99.99"}, [0]),
        ({"field.since__max": "2026-03-01"}, [0]),
        ({"field.since__min": "2026-03-02"}, [1]),
        ({"field.called": "false"}, [1]),
        ({"field.called": "true", "field.cause": "Digger"}, [0]),
        ({"field.called": "true", "field.cause": "Age"}, []),
    ],
)
def test_tickets_are_found_by_their_answers(two, given, which):
    assert found(given) == [two[one] for one in which]


@pytest.mark.parametrize(
    "given",
    [
        {"field.nothing": "x"},
        {"field.cost": "x"},
        {"field.account__min": "a"},
        {"field.called": "perhaps"},
        {"field.since__max": "2026-02-30"},
    ],
)
def test_what_cannot_be_asked_of_a_field_is_named(five, given):
    assert errors_of(lambda: field_conditions(given)) == list(given)


def test_a_filter_on_a_field_is_read_from_an_index(two, five):
    conditions, values = field_conditions({"field.cost__min": "1"})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT v.ticket_id FROM webcare_fieldvalue v"
            " WHERE v.field_id = %(field_0)s AND v.number >= %(answer_0)s",
            values,
        )
        plan = str(cursor.fetchall())

    assert len(conditions) == 1
    assert "field_value_by_number" in plan


def test_fields_are_made_and_answered_over_the_api(as_client, root, ada, ticket):
    boss, client = as_client(root), as_client(ada)
    body = {"key": "cost", "kind": "number", "name": "Cost", "queue": "shop"}
    made = boss.post("/api/v1/fields", body, "application/json")
    where = f"{PATH}/{ticket.public_id}"

    asked = client.get(where).json()["fields"]
    shown = client.patch(f"{where}/fields", {"cost": 12.5}, "application/json")
    changed = boss.patch("/api/v1/fields/cost", {"retired": True}, "application/json")

    assert (made.status_code, made.json()["queue"]) == (201, "shop")
    assert asked == {"cost": None}
    assert shown.json()["fields"] == {"cost": 12.5}
    assert changed.json()["retired_at"]
    assert client.get(where).json()["fields"] == {"cost": 12.5}


@pytest.mark.parametrize(
    "body", [[], {}, {"\ud800": 1}, {"a\0": 1}, {"x" * 51: 1}, {"n": "1"}]
)
def test_what_answers_nothing_is_refused(as_client, ada, ticket, body):
    answer = as_client(ada).patch(
        f"{PATH}/{ticket.public_id}/fields", body, "application/json"
    )

    assert answer.status_code == 422


def test_answers_are_read_with_the_ticket_in_one_statement(
    as_client, ada, root, ticket, django_assert_num_queries
):
    client = as_client(ada)
    client.get("/api/v1/agents")
    with django_assert_num_queries(2):
        client.get(f"{PATH}/{ticket.public_id}")
    for number in range(100):
        field = CustomField.objects.create(key=f"f{number}", name="F", kind="number")
        FieldValue.objects.create(
            ticket=ticket, field=field, kind="number", number=number
        )
    with django_assert_num_queries(2):
        answer = client.get(f"{PATH}/{ticket.public_id}")

    assert len(answer.json()["fields"]) == 100


def test_answering_many_costs_what_answering_one_costs(
    make_ticket, ada, five, django_assert_num_queries
):
    first, second = make_ticket(), make_ticket()
    with django_assert_num_queries(10):
        answer_fields(ticket=first, user=ada, given={"account": "A"})
    with django_assert_num_queries(10):
        answer_fields(ticket=second, user=ada, given=ANSWERS)

    assert Ticket.objects.get(pk=second.pk).field_values.count() == 5
