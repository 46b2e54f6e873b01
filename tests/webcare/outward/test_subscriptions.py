"""Subscriptions through the API: who may make them, and what they tell."""

from uuid import uuid4

import pytest
from django.utils import timezone

from conversations.models.bulk import fetch
from webcare.actions.log import record
from webcare.actions.telling import tell_due
from webcare.domain.tokens import Scope
from webcare.models import Subscription, SubscriptionDelivery, TicketEvent

WHERE = "/api/v1/subscriptions"


@pytest.fixture
def ask(as_client, root):
    """Calls with a person's token; the administrator's unless told."""

    def call(verb, path="", body=None, user=root, **headers):
        client = as_client(user)
        if verb == "get":
            return client.get(WHERE + path)
        return getattr(client, verb)(
            WHERE + path, body or {}, "application/json", headers=headers
        )

    return call


@pytest.fixture
def made(ask, receiver):
    body = {"name": "CRM", "url": receiver.url, "events": ["ticket.opened"]}
    return ask("post", body=body).json()


def path(made, *more):
    return "/".join(["", made["id"], *more])


def test_a_secret_is_told_once(db, ask, receiver):
    body = {"name": "CRM", "url": receiver.url}
    first = ask("post", body=body, **{"Idempotency-Key": "once"})
    again = ask("post", body=body, **{"Idempotency-Key": "once"})
    shown = ask("get", path(first.json()))

    assert first.status_code == 201
    assert first.json()["secret"].startswith("whsec_")
    assert again.json() == first.json() | {"secret": None}
    assert "secret" not in shown.json()
    assert Subscription.objects.count() == 1


def test_a_secret_lies_sealed_in_the_database(made):
    [[kept]] = fetch("SELECT secret FROM webcare_subscription", [])

    assert kept
    assert made["secret"] not in kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "https://127.0.0.2/hook"),
        ("url", "https://169.254.169.254/latest"),
        ("url", "http://example.org/hook"),
        ("url", "ftp://example.org/hook"),
        ("url", "https://[::1]/"),
        ("events", ["invented"]),
        ("queues", ["invented"]),
        ("name", "x" * 101),
        ("owner", "5f0c3a52-6d7e-4c1b-9a43-0d8f6f6f2b11"),
    ],
)
def test_what_cannot_work_is_refused_by_its_field(
    db, ask, receiver, shop_queue, field, value
):
    body = {"name": "CRM", "url": receiver.url, field: value}

    answer = ask("post", body=body)

    assert answer.status_code == 422
    assert [name.split(".")[0] for name in answer.json()["errors"]] == [field]


def test_an_address_is_checked_again_when_it_is_changed(made, ask):
    answer = ask("patch", path(made), {"url": "https://127.0.0.2/hook"})

    assert answer.status_code == 422
    assert "not on the public internet" in answer.json()["errors"]["url"][0]


def test_it_is_changed_and_ended(made, ask, shop_queue):
    changed = ask(
        "patch",
        path(made),
        {"name": "BI", "queues": ["shop"], "events": [], "is_active": False},
    ).json()
    ended = ask("delete", path(made))

    assert (changed["name"], changed["queues"], changed["events"]) == (
        "BI",
        ["shop"],
        [],
    )
    assert (changed["health"], changed["disabled_because"]) == ("off", "by_hand")
    assert ended.status_code == 204
    assert ask("get", path(made)).status_code == 404


def test_an_integrator_manages_their_own_and_sees_no_others(
    made, ask, integrator, receiver, ada
):
    own = ask("post", body={"name": "Own", "url": receiver.url}, user=integrator)
    others = {"name": "X", "url": receiver.url, "owner": str(ada.public_id)}

    assert own.status_code == 201
    listed = ask("get", user=integrator).json()
    assert [one["name"] for one in listed] == ["Own"]
    assert ask("get", path(made), user=integrator).status_code == 404
    assert ask("delete", path(made), user=integrator).status_code == 404
    assert ask("post", body=others, user=integrator).status_code == 403
    assert len(ask("get").json()) == 2


def test_an_agent_makes_none(ask, ada, receiver):
    answer = ask("post", body={"name": "X", "url": receiver.url}, user=ada)

    assert answer.status_code == 403
    assert ask("get", user=ada).status_code == 403


def test_a_ping_arrives_and_is_in_the_log(made, ask, receiver):
    asked = ask("post", path(made, "test"))
    tell_due(Subscription.objects.get().pk)

    [told] = receiver.told
    [line] = ask("get", path(made, "deliveries")).json()["results"]
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert told["type"] == "ping"
    assert told["data"] == {"subscription": made["id"]}
    assert line == asked.json() | {
        "state": "delivered",
        "attempts": 1,
        "status_code": 204,
        "settled_at": line["settled_at"],
    }


@pytest.fixture
def told(made, ticket):
    """Three lines in the log: one delivered, one given up, one waiting."""
    [subscription] = Subscription.objects.all()
    for number, state in enumerate(["delivered", "dead", "waiting"], 1):
        record(ticket, TicketEvent.Kind.TAGGED, at=timezone.now())
        SubscriptionDelivery.objects.create(
            subscription=subscription,
            event=TicketEvent.objects.latest("id"),
            ticket=ticket,
            sequence=number,
            name="ticket.tagged",
            state=state,
            settled_at=None if state == "waiting" else timezone.now(),
        )
    return SubscriptionDelivery.objects.order_by("id")


def test_the_log_is_paged_and_filtered(made, told, ask):
    first = ask("get", path(made, "deliveries?limit=2")).json()
    rest = ask("get", first["next"].split(WHERE)[1]).json()
    dead = ask("get", path(made, "deliveries?state=dead")).json()["results"]
    wrong = ask("get", path(made, "deliveries?state=lost"))

    found = [one["sequence"] for one in first["results"] + rest["results"]]
    assert found == [3, 2, 1]
    assert [one["sequence"] for one in dead] == [2]
    assert wrong.status_code == 422


def test_the_log_costs_the_same_however_long(
    made, told, ask, django_assert_num_queries, as_client, root
):
    client = as_client(root)
    where = WHERE + path(made, "deliveries")
    client.get(where)  # notes that the token is in use
    with django_assert_num_queries(4):
        client.get(where + "?limit=1")
    with django_assert_num_queries(4):
        client.get(where)


def test_a_replay_is_for_one_or_for_all_since_a_moment(made, told, ask):
    delivered, dead, waiting = told
    one = ask("post", path(made, "deliveries", str(dead.public_id), "replay"))
    unknown = ask("post", path(made, "deliveries", str(uuid4()), "replay"))
    since = {"since": "2020-01-01T00:00:00Z"}
    given_up = ask("post", path(made, "replay"), since | {"only_dead": True}).json()
    rest = ask("post", path(made, "replay"), since).json()

    assert (one.status_code, one.json()["state"]) == (202, "waiting")
    assert unknown.status_code == 404
    assert (given_up, rest) == ({"replayed": 0}, {"replayed": 1})
    assert {row.state for row in told.all()} == {"waiting"}


def test_what_is_switched_off_tells_nothing_again(made, told, ask):
    ask("patch", path(made), {"is_active": False})

    answer = ask("post", path(made, "replay"), {"since": "2020-01-01T00:00:00Z"})

    assert answer.status_code == 422
    assert ask("post", path(made, "test")).status_code == 422


def test_a_delivery_of_another_subscription_is_not_there(made, told, ask, receiver):
    other = ask("post", body={"name": "Other", "url": receiver.url}).json()
    where = path(other, "deliveries", str(told[0].public_id), "replay")

    assert ask("post", where).status_code == 404


def test_a_new_secret_leaves_the_old_one_good_until_the_next(made, ask):
    first = ask("post", path(made, "secret")).json()["secret"]
    second = ask("post", path(made, "secret")).json()["secret"]

    [subscription] = Subscription.objects.all()
    assert subscription.secrets == [second, first]
    assert made["secret"] not in subscription.secrets


def test_what_fails_is_shown_as_failing(made, ask):
    Subscription.objects.update(failures=5)

    assert ask("get", path(made)).json()["health"] == "failing"


def test_a_reading_token_changes_nothing(made, as_client, root):
    client = as_client(root, Scope.READ)

    assert client.get(WHERE + path(made)).status_code == 200
    assert client.delete(WHERE + path(made)).status_code == 403
