import pytest

from conversations.actions.batches import set_aside
from conversations.models import Channel, Work
from webcare.models import ApiToken, IdempotentRequest, Queue


@pytest.fixture
def admin(as_client, root):
    client = as_client(root)

    def send(verb, path, body=None, **headers):
        return getattr(client, verb)(
            f"/api/v1/{path}",
            *([] if verb == "get" else [body or {}, "application/json"]),
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    return send


def test_a_channel_begins_with_listening_and_tells_its_secret_once(admin):
    made = admin("post", "channels", {"slug": "mail", "name": "Mail"})

    assert made.status_code == 201
    assert made.json()["mode"] == "listening"
    assert made.json()["secret"] == Channel.objects.get().secret
    assert "secret" not in admin("get", "channels/mail").json()
    assert made.json()["secret"] not in admin("get", "channels").content.decode()


def test_a_secret_is_not_told_to_a_repeat_either(admin):
    body = {"slug": "mail", "name": "Mail"}
    made = admin("post", "channels", body, idempotency_key="c-1")

    again = admin("post", "channels", body, idempotency_key="c-1")

    assert again.status_code == 201
    assert again.json() == made.json() | {"secret": None}
    assert made.json()["secret"] not in str(IdempotentRequest.objects.get().body)


def test_a_channel_is_changed_and_its_secret_renewed(admin, shop):
    before = shop.secret
    changed = admin("patch", "channels/x-shop", {"mode": "paused", "pilot_cap": 3})
    renewed = admin("post", "channels/x-shop/secret").json()["secret"]

    shop.refresh_from_db()
    assert (changed.json()["mode"], shop.mode, shop.pilot_cap) == (
        "paused",
        "paused",
        3,
    )
    assert shop.secrets == [renewed, before]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"slug": "x-shop", "name": "Again"}, "slug"),
        ({"slug": "new"}, "name"),
        ({"slug": "new", "name": "New", "mode": "shouting"}, "mode"),
        (
            {"slug": "new", "name": "New", "callback_url": "http://10.0.0.1/hook"},
            "callback_url",
        ),
        (
            {"slug": "new", "name": "New", "callback_url": "https://169.254.169.254/"},
            "callback_url",
        ),
        ({"slug": "new", "name": "New", "callback_url": "file:///etc"}, "callback_url"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(admin, shop, body, field):
    answer = admin("post", "channels", body)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


def test_a_callback_is_looked_at_when_it_is_changed_too(admin, shop):
    answer = admin("patch", "channels/x-shop", {"callback_url": "http://10.0.0.1/"})

    assert answer.status_code == 422


def test_a_stopped_channel_is_resumed(admin, shop):
    Channel.objects.update(stopped_at=shop.created_at, stopped_because="401")

    assert admin("get", "channels/x-shop").json()["stopped_because"] == "401"
    assert admin("post", "channels/x-shop/resume").json()["stopped_at"] is None


def test_a_queue_is_made_and_changed(admin, shop_queue, lena):
    made = admin("post", "queues", {"slug": "power", "name": "Power"})
    changed = admin(
        "patch", "queues/power", {"lead": str(lena.public_id), "handout": "push"}
    )

    assert (made.status_code, made.json()["first_response_seconds"]) == (201, 3_600)
    assert changed.json()["lead"]["name"] == "Lena"
    assert Queue.objects.get(slug="power").handout == "push"


def test_colleagues_are_listed_by_the_names_that_call_them(as_client, ada, bo):
    listed = as_client(ada).get("/api/v1/agents").json()

    assert {"ada", "bo"} <= {one["username"] for one in listed}


def test_people_are_listed_without_what_opens_anything(admin, ada, lena, key_of):
    key = key_of(ada)

    answer = admin("get", "agents")

    found = {one["name"]: one["roles"] for one in answer.json()}
    assert found["Ada"] == [{"role": "agent", "queue": "shop"}]
    assert found["Root"] == [{"role": "admin", "queue": None}]
    assert key not in answer.content.decode()
    assert "password" not in answer.content.decode()


def test_a_token_is_told_once_and_ended(admin, ada, client):
    made = admin(
        "post",
        "tokens",
        {"name": "BI", "owner": str(ada.public_id), "scopes": ["read"]},
    ).json()
    headers = {"authorization": f"Bearer {made['token']}"}
    first = client.get("/api/v1/tickets", headers=headers)
    listed = admin("get", "tokens")
    admin("post", f"tokens/{made['id']}/revoke")

    assert first.status_code == 200
    assert made["token"] not in listed.content.decode()
    assert client.get("/api/v1/tickets", headers=headers).status_code == 401
    assert ApiToken.objects.get(public_id=made["id"]).revoked_at is not None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["all"]}, "scopes.0"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"owner": "00000000-0000-0000-0000-000000000000"}, "owner"),
    ],
)
def test_a_token_that_cannot_be_is_refused(admin, change, field):
    answer = admin("post", "tokens", {"name": "BI", "scopes": ["read"]} | change)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


def test_work_that_was_set_aside_is_seen_and_driven_again(admin):
    set_aside("read", {41: "not_json", 42: "not_json"})

    listed = admin("get", "work/set-aside").json()
    one = admin("post", "work/redrive", {"stage": "read", "subjects": [41]})
    rest = admin("post", "work/redrive", {"stage": "read"})

    assert {(row["subject"], row["error"]) for row in listed} == {
        (41, "not_json"),
        (42, "not_json"),
    }
    assert (one.json(), rest.json()) == ({"redriven": 1}, {"redriven": 1})
    assert not Work.objects.filter(set_aside_at__isnull=False).exists()
