"""Who may enter where: every route, every verb, everybody."""

import re
from datetime import timedelta

from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from rest_framework.permissions import AllowAny

from webcare.actions.tokens import revoke_token
from webcare.api.endpoint import Endpoint
from webcare.api.permissions import Denied
from webcare.domain.tokens import Scope
from webcare.models import ApiToken

# Posts that only ask: a reading token will do.
ASKING = {"api/v1/topics/predict", "api/v1/rules/dry-run"}
VERBS = ("get", "post", "put", "patch", "delete")
# Plain views that check for themselves, each with tests of its own.
DOORS = {"api/v1/channels/<slug:slug>/messages"}
PUBLIC = {"api/schema", "api/docs"}


def routes():
    """Every route of the API: path -> view class, or the function of a door."""
    [patterns] = [
        each.url_patterns
        for each in get_resolver().url_patterns
        if getattr(each, "app_name", "") == "api"
    ]
    return {
        str(one.pattern): getattr(one.callback, "view_class", None) or one.callback
        for one in patterns
    }


def operations():
    return [
        (path, verb)
        for path, view in routes().items()
        if isinstance(view, type) and issubclass(view, Endpoint)
        for verb in VERBS
        if hasattr(view, verb)
    ]


def test_every_route_says_who_may_enter():
    said = {
        path: set(view.permission_classes)
        for path, view in routes().items()
        if path not in DOORS
    }

    assert len(said) > 40
    assert {path for path, who in said.items() if AllowAny in who} == PUBLIC
    assert not {path for path, who in said.items() if Denied in who or not who}


def test_who_forgets_to_say_is_closed(rf, root):
    class Forgetful(Endpoint):
        def get(self, request):
            raise AssertionError("entered")

    request = rf.get("/")
    request.user = root
    request._dont_enforce_csrf_checks = True

    assert Forgetful.as_view()(request).status_code in {401, 403}


def address(path, ticket, training="00000000-0000-0000-0000-000000000000"):
    names = {
        "ticket": ticket.public_id,
        "macro": "00000000-0000-0000-0000-000000000000",
        "link": "00000000-0000-0000-0000-000000000000",
        "reply": "00000000-0000-0000-0000-000000000000",
        "view": "mine",
        "reference": "00000000-0000-0000-0000-000000000000",
        "attachment": "00000000-0000-0000-0000-000000000000",
        "approval": "00000000-0000-0000-0000-000000000000",
        "training": training,
        "sample": "00000000-0000-0000-0000-000000000000",
        "sampled": "00000000-0000-0000-0000-000000000000",
        "merge": "00000000-0000-0000-0000-000000000000",
        "message": "00000000-0000-0000-0000-000000000000",
        "consultation": "00000000-0000-0000-0000-000000000000",
        "survey": "00000000-0000-0000-0000-000000000000",
        "alarm": "00000000-0000-0000-0000-000000000000",
        "on_call_id": "00000000-0000-0000-0000-000000000000",
        "subscription": "00000000-0000-0000-0000-000000000000",
        "delivery": "00000000-0000-0000-0000-000000000000",
        "agent": "00000000-0000-0000-0000-000000000000",
        "team": "00000000-0000-0000-0000-000000000000",
        "rule": "00000000-0000-0000-0000-000000000000",
        "job": "00000000-0000-0000-0000-000000000000",
        "person": "00000000-0000-0000-0000-000000000000",
        "erasure": "00000000-0000-0000-0000-000000000000",
        "key": "account",
        "what": "turns",
        "schedule": "00000000-0000-0000-0000-000000000000",
        "token": "00000000-0000-0000-0000-000000000000",
        "policy": "00000000-0000-0000-0000-000000000000",
        "author": "00000000-0000-0000-0000-000000000000",
        "session": "00000000-0000-0000-0000-000000000000",
        "number": 1,
        "example": 1,
    }
    if path.startswith("api/v1/skills"):
        names["slug"] = "legal"
    elif path.startswith("api/v1/topics"):
        names["slug"] = "delivery"
    elif path.startswith("api/v1/queues"):
        names["slug"] = "shop"
    else:
        names["slug"] = "x-shop"
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(names[found[1]]), path)


def ask(client, verb, where):
    data = {} if verb != "get" else None
    if data is None:
        return client.get(where)
    return getattr(client, verb)(where, data, content_type="application/json")


def statuses(client, ticket, some=None):
    """What every operation answers to this client."""
    return {
        (path, verb): ask(client, verb, address(path, ticket)).status_code
        for path, verb in some or operations()
    }


def test_nobody_enters_without_a_key_or_session(client, ticket):
    answer = client.get("/api/v1/tickets")

    assert set(statuses(client, ticket).values()) == {401}
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_token_without_the_scope_stays_outside(as_client, root, ticket):
    client = as_client(root, Scope.INTAKE)

    assert set(statuses(client, ticket).values()) == {403}


def test_a_reading_token_changes_nothing(as_client, root, ticket):
    changes = [
        (path, verb)
        for path, verb in operations()
        if verb != "get" and path not in ASKING
    ]

    found = statuses(as_client(root, Scope.READ), ticket, changes)

    assert len(found) > 20
    assert set(found.values()) == {403}


def test_who_has_no_role_learns_nothing(as_client, cas, ticket):
    client = as_client(cas)
    lists = ("tickets", "search", "events", "live", "alarms", "notifications", "me")
    open_lists = {(f"api/v1/{name}", "get") for name in lists}
    # How one is told, and where one is signed in, is one's own.
    open_lists |= {("api/v1/me/notifications", verb) for verb in ("get", "patch")}
    open_lists |= {("api/v1/me/sessions", verb) for verb in ("get", "delete")}
    open_lists |= {("api/v1/me/second-step", "get")}

    found = statuses(client, ticket)

    assert {op for op, status in found.items() if status < 300} == open_lists
    assert set(found.values()) <= {200, 204, 403, 404, 422}
    assert client.get("/api/v1/tickets").json()["results"] == []
    assert client.get("/api/v1/events").json()["results"] == []


ADMINS = {
    *("rules", "tokens", "imports", "work", "audit", "on-call", "subscriptions"),
    *("people", "erasures", "retention"),
}
SET_UP = {"channels", "queues", "agents", "skills", "teams", "tags", "fields"}


def test_an_agent_does_an_agents_work_and_no_more(as_client, ada, ticket):
    found = statuses(as_client(ada), ticket)
    closed = {
        (path, verb)
        for path, verb in found
        if path.split("/")[2] in ADMINS
        or (path.split("/")[2] in SET_UP and verb != "get")
    }

    entered = {op for op, status in found.items() if status < 300}
    assert not entered & closed
    # What is not there (404) is asked for before who may; the table of rights has both.
    assert {found[op] for op in closed} <= {403, 404, 422}
    assert {op for op in found if op[1] == "get"} - entered - closed <= {
        # There are none.
        ("api/v1/topics/train/<uuid:training>", "get"),
        ("api/v1/topics/samples/<uuid:sample>", "get"),
        ("api/v1/topics/samples/<uuid:sample>/tickets", "get"),
        ("api/v1/approvals/<uuid:approval>", "get"),
        ("api/v1/attachments/<uuid:attachment>", "get"),
        ("api/v1/macros/<uuid:macro>", "get"),
        ("api/v1/tickets/<uuid:ticket>/draft", "get"),
        ("api/v1/tickets/<uuid:ticket>/note/draft", "get"),
        ("api/v1/bulk/<uuid:job>", "get"),  # nor one of these
        ("api/v1/bulk/<uuid:job>/items", "get"),
        ("api/v1/topics/train/<uuid:training>", "get"),  # there is none of these
        ("api/v1/agents/<uuid:agent>", "get"),
        ("api/v1/teams/<uuid:team>", "get"),
        ("api/v1/skills/<slug:slug>", "get"),
        ("api/v1/tags/<slug:slug>", "get"),
        ("api/v1/fields/<slug:key>", "get"),
        ("api/v1/calendars/<slug:slug>", "get"),
        ("api/v1/calendars/<slug:slug>/versions", "get"),
        ("api/v1/calendars/<slug:slug>/versions/<int:number>", "get"),
        ("api/v1/calendars/<slug:slug>/explain", "get"),
        ("api/v1/routing/versions/<int:number>", "get"),
        ("api/v1/author-lists/<slug:slug>", "get"),
        ("api/v1/policies/<uuid:policy>", "get"),
        ("api/v1/policies/<uuid:policy>/versions", "get"),
        ("api/v1/report-schedules", "get"),
        ("api/v1/report-schedules/<uuid:schedule>", "get"),
        ("api/v1/tickets/<uuid:ticket>/surveys/<uuid:survey>", "get"),
        # For leads: figures of people, what was passed over, and all rows of a kind.
        ("api/v1/reports/agents", "get"),
        ("api/v1/reports/skipped", "get"),
        ("api/v1/exports/<slug:what>", "get"),
    }


def test_nothing_an_administrator_asks_is_a_server_error(as_client, root, ticket):
    assert max(statuses(as_client(root), ticket).values()) < 500


def test_a_ticket_of_another_queue_is_not_there(as_client, ada, ticket, power_queue):
    ticket.queue = power_queue
    ticket.save(update_fields=["queue"])
    client = as_client(ada)
    where = f"/api/v1/tickets/{ticket.public_id}"
    inside = [op for op in operations() if op[0].startswith("api/v1/tickets/<")]

    answers = statuses(client, ticket, inside)

    assert client.get(where).status_code == 404
    assert client.get("/api/v1/tickets").json()["results"] == []
    assert len(answers) > 14
    assert set(answers.values()) <= {404, 422}


def test_a_revoked_or_expired_token_opens_nothing(as_client, ada, root):
    first, second = as_client(ada), as_client(ada)
    revoked, expired = ApiToken.objects.order_by("id")
    revoke_token(user=root, token_id=revoked.public_id)
    expired.expires_at = timezone.now() - timedelta(seconds=1)
    expired.save()

    assert first.get("/api/v1/tickets").status_code == 401
    assert second.get("/api/v1/tickets").status_code == 401


def test_a_token_of_somebody_who_left_opens_nothing(as_client, ada):
    client = as_client(ada)
    ada.is_active = False
    ada.save()

    assert client.get("/api/v1/tickets").status_code == 401


def test_only_the_digest_of_a_token_is_kept(key_of, ada):
    key = key_of(ada)
    token = ApiToken.objects.get()

    assert key.startswith("wc_")
    assert len(bytes(token.digest)) == 32
    assert key not in str(vars(token))


def test_use_is_noted_once_an_hour(as_client, ada):
    client = as_client(ada)
    client.get("/api/v1/agents")
    noted = ApiToken.objects.get().used_at
    client.get("/api/v1/agents")

    assert noted is not None
    assert ApiToken.objects.get().used_at == noted


def test_a_session_needs_the_csrf_token_to_change_something(ada, ticket):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    where = f"/api/v1/tickets/{ticket.public_id}"

    assert browser.get(where).status_code == 200
    assert browser.post(f"{where}/claim", {}, "application/json").status_code == 403
    ticket.refresh_from_db()
    assert ticket.agent is None
