"""Lists under a name: whose they are, what they hold, and what counting costs."""

import threading

import pytest
import redis
from django.db import IntegrityError, transaction

from conversations.models.bulk import fetch
from webcare.models import Membership, Tag, Team, TeamMember, Ticket, TicketTag, View
from webcare.queries import shared

PATH = "/api/v1/views"
EVERYBODYS = ["mine", "unassigned", "waiting", "danger", "breached"]


@pytest.fixture(autouse=True)
def nothing_kept(settings):
    """Numbers of another test are not there."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter(shared.PREFIX + "*"):
        client.delete(key)
    client.close()


@pytest.fixture
def lenas(as_client, lena):
    return as_client(lena)


@pytest.fixture
def adas(as_client, ada):
    client = as_client(ada)
    client.get("/api/v1/agents")  # notes the first use of the token
    return client


def make(client, **fields):
    body = {"name": "Press", "filters": {"status": "live", "queue": "shop"}} | fields
    return client.post(PATH, body, "application/json")


def names(client):
    return [view["id"] for view in client.get(PATH).json()][len(EVERYBODYS) :]


def counts(client):
    answer = client.get(f"{PATH}/counts")
    return {one["id"]: (one["count"], one["capped"]) for one in answer.json()}


def test_everybody_has_the_first_five(adas):
    assert [view["id"] for view in adas.get(PATH).json()] == EVERYBODYS


def test_a_view_lists_what_its_filters_ask_for(adas, make_ticket, ada):
    tickets = [make_ticket(), make_ticket()]
    tag = Tag.objects.create(slug="press", name="Press")
    TicketTag.objects.create(ticket=tickets[1], tag=tag, by=ada)
    made = make(adas, filters={"tag": "press"}, order="opened")
    view = made.json()["id"]

    found = adas.get(f"{PATH}/{view}/tickets").json()

    assert made.status_code == 201
    assert [one["number"] for one in found["results"]] == [tickets[1].pk]
    pages = adas.get(f"{PATH}/unassigned/tickets?limit=1").json()
    assert pages["next"] is not None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"filters": {"status": "lost"}}, "filters.status"),
        ({"filters": {"colour": "red"}}, "filters.colour"),
        ({"filters": {"q": '"open'}}, "filters.q"),
        ({"order": "colour"}, "order"),
        ({"order": "due", "filters": {"status": "closed"}}, "order"),
        ({"audience": "queue"}, "queue"),
        ({"queue": "shop"}, "queue"),
        ({"name": ""}, "name"),
    ],
)
def test_a_view_is_held_to_what_a_list_takes(adas, shop_queue, fields, field):
    answer = make(adas, **fields)

    assert answer.status_code == 422
    assert field in answer.json()["errors"]


def test_ones_own_view_is_seen_by_nobody_else(adas, lenas, as_client, root):
    view = make(adas).json()["id"]

    assert names(adas) == [view]
    assert names(lenas) == names(as_client(root)) == []
    assert as_client(root).get(f"{PATH}/{view}").status_code == 404
    assert as_client(root).delete(f"{PATH}/{view}").status_code == 404


def test_a_view_is_shared_with_those_of_a_queue(
    adas, lenas, as_client, bo, root, power_queue
):
    view = make(lenas, audience="queue", queue="shop").json()["id"]
    Membership.objects.filter(user=bo).update(queue=power_queue)

    assert names(adas) == names(as_client(root)) == [view]
    assert names(as_client(bo)) == []
    assert (
        adas.patch(f"{PATH}/{view}", {"name": "X"}, "application/json").status_code
        == 403
    )


def test_a_view_is_shared_with_a_team(adas, lenas, as_client, ada, lena, bo):
    team = Team.objects.create(name="Evening")
    for user in (ada, lena):
        TeamMember.objects.create(team=team, user=user)
    view = make(lenas, audience="team", team=str(team.public_id)).json()["id"]

    assert names(adas) == [view]
    assert names(as_client(bo)) == []
    assert make(adas, audience="team", team=str(team.public_id)).status_code == 403


def test_sharing_needs_the_permission(adas, lenas, as_client, root):
    shared_with_shop = {"audience": "queue", "queue": "shop"}

    assert make(adas, **shared_with_shop).status_code == 403
    assert make(lenas, audience="desk").status_code == 403
    assert make(as_client(root), audience="desk").status_code == 201
    own = make(adas).json()["id"]
    changed = adas.patch(f"{PATH}/{own}", shared_with_shop, "application/json")
    assert changed.status_code == 403
    assert View.objects.get(public_id=own).audience == "private"


def test_a_change_made_on_an_older_version_is_refused(adas):
    where = f"{PATH}/{make(adas).json()['id']}"
    first = adas.get(where).headers["ETag"]
    adas.patch(where, {"name": "Two"}, "application/json")

    stale = adas.patch(
        where, {"name": "Three"}, "application/json", headers={"if-match": first}
    )

    assert stale.status_code == 412
    assert adas.get(where).json()["name"] == "Two"
    assert adas.delete(where).status_code == 204
    assert adas.get(where).status_code == 404


def test_counts_are_of_what_one_may_see(adas, lenas, make_ticket, power_queue, ada):
    tickets = [make_ticket() for _ in range(3)]
    Ticket.objects.filter(pk=tickets[0].pk).update(queue=power_queue)
    Ticket.objects.filter(pk=tickets[1].pk).update(agent=ada, status="open")
    view = make(adas, filters={"queue": "power"}).json()["id"]

    assert counts(adas) == {
        "mine": (1, False),
        "unassigned": (1, False),
        "waiting": (2, False),
        "danger": (0, False),
        "breached": (0, False),
        view: (0, False),
    }
    assert counts(lenas)["mine"] == (0, False)


def test_counts_are_shared_with_those_alone_who_see_the_same(
    as_client, root, adas, make_ticket, power_queue
):
    make_ticket()
    Ticket.objects.filter(pk=make_ticket().pk).update(queue=power_queue)

    seen = [counts(client)["unassigned"] for client in (as_client(root), adas)]

    assert seen == [(2, False), (1, False)]


def test_counting_ends_at_a_cap(adas, make_ticket, monkeypatch):
    monkeypatch.setattr("webcare.queries.views.COUNTED", 2)
    for _ in range(3):
        make_ticket()

    assert counts(adas)["unassigned"] == (2, True)


def test_all_counts_cost_one_statement_and_then_none(
    adas, make_ticket, django_assert_num_queries
):
    make_ticket()
    for n in range(10):
        make(adas, name=f"View {n}", filters={"queue": "shop", "topic": "delivery"})
    with django_assert_num_queries(3) as asked:  # rights, views, counts
        first = counts(adas)
    with django_assert_num_queries(len(asked) - 1):
        assert counts(adas) == first
    assert len(first) == 15


def test_counts_are_right_without_redis(adas, make_ticket, settings, monkeypatch):
    make_ticket()
    monkeypatch.setattr(shared, "_away_until", 0.0)
    shared._store.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert counts(adas)["unassigned"] == (1, False)

    shared._store.cache_clear()
    monkeypatch.setattr(shared, "_away_until", 0.0)


def test_of_many_who_ask_at_once_one_counts():
    asked, together = [], threading.Barrier(8)

    def count(places):
        asked.append(places)
        threading.Event().wait(0.1)
        return [7 for _ in places]

    answers = []

    def ask():
        together.wait()
        answers.append(shared.read(["k"], count, 3.0))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [[7]] * 8
    assert asked == [[0]]


def test_no_word_of_a_view_stands_in_redis(adas, make_ticket, settings):
    make_ticket()
    make(adas, filters={"tag": "geheim"})
    counts(adas)
    client = redis.Redis.from_url(settings.REDIS_URL)

    kept = {key: client.get(key) for key in client.scan_iter(shared.PREFIX + "*")}
    client.close()

    assert kept
    assert "geheim" not in str(kept)


def test_lists_of_views_cost_the_same_however_many(adas, django_assert_num_queries):
    make(adas)
    with django_assert_num_queries(2):
        adas.get(PATH)
    for n in range(10):
        make(adas, name=f"View {n}")
    with django_assert_num_queries(2):
        adas.get(PATH)


def test_a_view_of_a_queue_names_it_says_the_database(ada):
    with (
        pytest.raises(IntegrityError, match="view_of_a_queue_names_it"),
        transaction.atomic(),
    ):
        fetch(
            "INSERT INTO webcare_view (public_id, owner_id, audience, name, filters)"
            " VALUES (gen_random_uuid(), %s, 'queue', 'X', '{}')",
            [ada.pk],
        )
