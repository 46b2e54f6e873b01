"""Rules through the API: set up, tried without effect, traced."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from webcare.models import AutomationRule, RuleTrace, Tag, TicketEvent

RULES = "/api/v1/rules"
BODY = {
    "name": "VIP",
    "is_enabled": True,
    "trigger": {"events": ["opened"]},
    "conditions": {"field": "text", "word": ["parcel"]},
    "actions": [{"do": "tag", "tag": "vip"}],
}


@pytest.fixture
def vip(db):
    return Tag.objects.create(slug="vip", name="VIP")


@pytest.fixture
def admin(as_client, root, vip):
    client = as_client(root)

    def send(verb, path, body=None, **headers):
        given = [] if verb == "get" else [body or {}, "application/json"]
        return getattr(client, verb)(path, *given, headers=headers)

    return send


def test_a_rule_is_made_shown_changed_and_retired(admin):
    made = admin("post", RULES, BODY)
    where = f"{RULES}/{made.json()['id']}"

    changed = admin("patch", where, {"name": "Very", "queue": None})
    listed = admin("get", RULES).json()
    gone = admin("delete", where)

    assert made.status_code == 201
    assert made.json()["conditions"] == {"all": [{"field": "text", "word": ["parcel"]}]}
    assert (changed.json()["name"], changed.json()["version"]) == ("Very", 2)
    assert listed == [changed.json()]
    assert (gone.status_code, admin("get", where).status_code) == (204, 404)
    assert not AutomationRule.objects.get().is_enabled


def test_a_change_of_an_older_version_is_refused(admin):
    made = admin("post", RULES, BODY)
    where = f"{RULES}/{made.json()['id']}"
    admin("patch", where, {"name": "Second"})

    stale = admin("patch", where, {"name": "Third"}, **{"if-match": made["ETag"]})

    assert stale.status_code == 412


def test_what_is_wrong_is_told_under_its_path(admin):
    wrong = {**BODY, "actions": [{"do": "tag", "tag": "gone"}], "name": "x\0"}

    assert list(admin("post", RULES, wrong).json()["errors"]) == ["name"]
    wrong["name"] = "x"
    assert list(admin("post", RULES, wrong).json()["errors"]) == ["actions.0.tag"]
    tried = admin("post", f"{RULES}/dry-run", wrong)
    assert list(tried.json()["errors"]) == ["actions.0.tag"]


@pytest.mark.parametrize("part", ["trigger", "conditions", "actions"])
@pytest.mark.parametrize(
    "junk",
    [None, 7, "x", [], [[]], {}, {"all": {}}, {"events": {}}, "\0", [{"do": {}}]],
)
def test_nothing_that_is_sent_is_a_server_error(admin, part, junk):
    assert admin("post", RULES, {**BODY, part: junk}).status_code in {201, 422}


def test_errors_are_told_in_the_readers_language(as_client, root, vip):
    answer = as_client(root).post(
        RULES,
        {**BODY, "trigger": {"events": ["x"]}},
        "application/json",
        headers={"accept-language": "nl"},
    )

    [sentence] = answer.json()["errors"]["trigger.events"]
    assert sentence.startswith("Kies uit: opened")


def test_a_dry_run_tells_what_would_change_and_writes_nothing(admin, make_ticket):
    first, second = make_ticket(), make_ticket(text="Something else")
    before = TicketEvent.objects.count()
    definition = {
        **{part: BODY[part] for part in ("trigger", "conditions")},
        "actions": [
            {"do": "tag", "tag": "vip"},
            {"do": "route", "queue": "shop"},
            {"do": "priority", "priority": "high"},
        ],
    }

    tried = admin("post", f"{RULES}/dry-run", {**definition, "last": 10})

    assert tried.json() == {
        "looked_at": 2,
        "matched": 1,
        "results": [
            {
                "ticket": str(first.public_id),
                "changes": [
                    {"do": "tag", "tag": "vip"},
                    {"do": "priority", "priority": "high", "was": ["normal"]},
                ],
            }
        ],
    }
    assert TicketEvent.objects.count() == before
    assert not RuleTrace.objects.exists()
    assert second.public_id


def test_a_dry_run_sees_what_its_asker_sees(as_client, lena, ticket, power_queue, vip):
    ticket.queue = power_queue
    ticket.save(update_fields=["queue"])

    definition = {part: BODY[part] for part in ("trigger", "conditions", "actions")}
    tried = as_client(lena).post(f"{RULES}/dry-run", definition, "application/json")
    assert (tried.json()["looked_at"], tried.json()["results"]) == (0, [])


def test_a_ticket_shows_what_rules_did_to_it(admin, make_ticket, as_client, ada):
    made = admin("post", RULES, BODY).json()
    ticket = make_ticket()

    trace = as_client(ada).get(f"/api/v1/tickets/{ticket.public_id}/trace").json()

    [row] = trace["results"]
    assert (row["rule"], row["name"], row["version"]) == (made["id"], "VIP", 1)
    assert (row["kind"], row["result"], row["depth"]) == ("opened", "ran", 0)
    assert row["steps"] == [{"do": "tag", "result": "done"}]


def test_a_lead_manages_rules_of_their_own_queue_only(as_client, lena, admin):
    own = as_client(lena)
    everywhere = admin("post", RULES, BODY).json()["id"]

    refused = own.post(RULES, BODY, "application/json")
    made = own.post(RULES, {**BODY, "queue": "shop"}, "application/json")

    assert (refused.status_code, made.status_code) == (403, 201)
    assert own.get(f"{RULES}/{everywhere}").status_code == 404
    assert [one["id"] for one in own.get(RULES).json()] == [made.json()["id"]]


def test_a_list_costs_the_same_for_one_rule_and_for_many(admin):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            admin("get", RULES)
        return len(asked)

    admin("post", RULES, {**BODY, "queue": "triage"})
    admin("post", RULES, BODY)
    one = cost()
    for _ in range(5):
        admin("post", RULES, BODY)

    assert cost() == one
