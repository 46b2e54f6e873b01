"""What a topic was taught: listed with who and when, taken away; and whose it is."""

import json

import pytest
from django.db import IntegrityError, transaction

from webcare.actions.tickets import classify_ticket
from webcare.models import AuditEntry, Team, Topic, TopicExample

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(delivery_topic):
    return f"/api/v1/topics/{delivery_topic.slug}/examples"


def texts(answer):
    return [one["text"] for one in answer.json()["results"]]


def send(client, verb, where, body):
    return getattr(client, verb)(where, json.dumps(body), "application/json")


def test_examples_are_listed_with_who_and_when_a_page_at_a_time(
    as_client, root, path, ticket, delivery_topic
):
    client = as_client(root)
    given = [{"text": f"Lost {n}", "language": "en"} for n in range(3)]
    send(client, "post", path, given)
    classify_ticket(ticket=ticket, user=root, topic=delivery_topic)

    first = client.get(f"{path}?limit=2").json()
    rest = client.get(first["next"]).json()

    assert first["results"][0]["text"] == "Where is my parcel?"
    assert first["results"][0]["given_by"] == str(root)
    assert first["results"][0]["given_at"]
    assert sorted(one["text"] for one in first["results"][1:] + rest["results"]) == [
        "Lost 0",
        "Lost 1",
        "Lost 2",
    ]
    assert rest["results"][0]["language"] == "en"
    assert rest["next"] is None


def test_one_is_taken_away(as_client, root, lena, path, delivery_topic, power_queue):
    client = as_client(root)
    send(client, "post", path, [{"text": "Lost"}, {"text": "The bill"}])
    wrong = TopicExample.objects.get(text="The bill")
    bill = Topic.objects.create(slug="bill", name="Bill", queue=power_queue)

    elsewhere = f"/api/v1/topics/{bill.slug}/examples/{wrong.pk}"
    assert client.delete(elsewhere).status_code == 404
    assert as_client(lena).delete(f"{path}/{wrong.pk}").status_code == 204
    assert texts(client.get(path)) == ["Lost"]
    assert client.delete(f"{path}/{wrong.pk}").status_code == 404
    assert as_client(lena).get(f"/api/v1/topics/{bill.slug}/examples").status_code == (
        403
    )


def test_texts_of_tickets_that_one_may_not_see_are_not_there(
    as_client, root, path, make_ticket, delivery_topic, lena, power_queue
):
    ticket = make_ticket(text="Where is my parcel for Elm Street 1?")
    classify_ticket(ticket=ticket, user=root, topic=delivery_topic)
    kept = TopicExample.objects.get()
    assert texts(as_client(lena).get(path)) == ["Where is my parcel for Elm Street 1?"]

    type(ticket).objects.filter(pk=ticket.pk).update(queue=power_queue)

    assert texts(as_client(lena).get(path)) == []
    assert as_client(lena).delete(f"{path}/{kept.pk}").status_code == 404
    assert TopicExample.objects.filter(pk=kept.pk).exists()


def test_a_topic_has_a_person_or_a_team_that_owns_it(
    as_client, root, ada, delivery_topic
):
    client, where = as_client(root), "/api/v1/topics/delivery"
    team = Team.objects.create(name="Evening")
    assert client.get(where).json()["owner"] is None

    told = send(client, "patch", where, {"owner": str(ada.public_id)}).json()
    assert (told["owner"], told["owner_name"]) == (str(ada.public_id), str(ada))
    told = send(client, "patch", where, {"owner": str(team.public_id)}).json()
    assert (told["owner"], told["owner_name"]) == (str(team.public_id), "Evening")
    delivery_topic.refresh_from_db()
    assert (delivery_topic.owner, delivery_topic.owner_team) == (None, team)
    assert AuditEntry.objects.filter(what="topic_changed").count() == 2
    nobody = {"owner": str(delivery_topic.public_id)}
    assert "owner" in send(client, "patch", where, nobody).json()["errors"]
    assert send(client, "patch", where, {"owner": None}).json()["owner_name"] is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Topic.objects.filter(pk=delivery_topic.pk).update(owner=ada, owner_team=team)


def test_who_works_elsewhere_is_not_told_whose_a_topic_is(
    as_client, root, ada, delivery_topic
):
    Topic.objects.filter(pk=delivery_topic.pk).update(owner=root)
    type(ada).objects.filter(pk=ada.pk).update(is_external=True)

    [told] = as_client(ada).get("/api/v1/topics").json()

    assert (told["owner"], told["owner_name"]) == (None, None)
