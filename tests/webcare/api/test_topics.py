import pytest

from webcare.actions.tickets import classify_ticket, route_ticket
from webcare.models import Membership, Topic, TopicExample, TopicModel

PATH = "/api/v1/topics"


@pytest.fixture
def teacher(as_client, ada):
    """Ada teaches topics in all queues."""
    Membership.objects.create(user=ada, queue=None, role="agent")
    return as_client(ada)


def post(client, path, body, **headers):
    return client.post(path, body, "application/json", headers=headers)


def test_a_topic_is_made_with_rules_and_changed(teacher, shop_queue, delivery_topic):
    made = post(
        teacher,
        PATH,
        {"slug": "late", "name": "Late", "parent": "delivery", "queue": "shop"},
    )
    rule = post(
        teacher, f"{PATH}/late/rules", {"kind": "phrase", "pattern": "too late"}
    )
    changed = teacher.patch(f"{PATH}/late", {"retired": True}, "application/json")

    assert (made.status_code, made.json()["parent"]) == (201, "delivery")
    assert rule.status_code == 201
    assert changed.json()["retired_at"] is not None
    assert changed.json()["rules"] == [rule.json()]
    assert teacher.delete(f"{PATH}/late/rules/{rule.json()['id']}").status_code == 204
    assert teacher.get(f"{PATH}/late").json()["rules"] == []


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("", {"slug": "delivery", "name": "Again"}, "slug"),
        ("", {"slug": "new", "name": "New", "queue": "nowhere"}, "queue"),
        ("", {"slug": "not a slug", "name": "New"}, "slug"),
        ("/delivery/rules", {"kind": "word", "pattern": "!!!"}, "pattern"),
        ("/delivery/rules", {"kind": "guess", "pattern": "a"}, "kind"),
        (
            "/delivery/rules",
            {"kind": "word", "pattern": "a", "channel": "x"},
            "channel",
        ),
        ("/delivery/examples", [{"text": ""}], "0.text"),
        ("/delivery/examples", [], "body"),
        ("/delivery/examples", {"text": "a"}, "body"),
        ("/predict", [{"text": "a"}] * 201, "body"),
    ],
)
def test_what_is_wrong_is_named(teacher, delivery_topic, path, body, field):
    answer = post(teacher, PATH + path, body)

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


def test_a_topic_cannot_stand_below_itself(teacher, delivery_topic):
    Topic.objects.create(slug="late", name="Late", parent=delivery_topic)

    answer = teacher.patch(f"{PATH}/delivery", {"parent": "late"}, "application/json")

    assert answer.status_code == 422


def test_an_agent_teaches_in_their_own_queue_only(as_client, ada, delivery_topic):
    Topic.objects.create(slug="other", name="Other")
    client = as_client(ada)
    body = [{"text": "Where is it?"}]

    assert post(client, f"{PATH}/delivery/examples", body).status_code == 201
    assert post(client, f"{PATH}/other/examples", body).status_code == 403


def test_examples_are_kept_once(teacher, delivery_topic):
    texts = [{"text": "Where is it?", "language": "en"}, {"text": "Waar?"}]
    post(teacher, f"{PATH}/delivery/examples", texts)

    again = post(teacher, f"{PATH}/delivery/examples", [*texts, {"text": "When?"}])

    assert again.json() == {"added": 1, "duplicate": 2}
    assert TopicExample.objects.count() == 3
    assert teacher.get(f"{PATH}/delivery").json()["examples"] == 3


def test_a_prediction_says_why(teacher, delivery_topic):
    known, unknown = post(
        teacher, f"{PATH}/predict", [{"text": "My parcel is lost"}, {"text": "Hi"}]
    ).json()

    assert (known["topic"], known["by"]) == ("delivery", "rule")
    assert known["why"]["rules"][0]["found"] == "parcel"
    assert known["why"]["rules"][0]["topic"] == "delivery"
    assert unknown["topic"] is None


def test_a_training_is_asked_for_and_followed(teacher, delivery_topic):
    job = post(teacher, f"{PATH}/train", {})

    assert job.status_code == 202
    assert job.json()["state"] == "waiting"
    found = teacher.get(f"{PATH}/train/{job.json()['id']}").json()
    assert found == job.json()
    # Who asks again while one waits gets the same.
    assert post(teacher, f"{PATH}/train", {}).json()["id"] == job.json()["id"]


def test_quality_is_that_of_the_published_model(teacher, delivery_topic, ticket):
    told = teacher.get(f"{PATH}/quality").json()
    assert (told["published"], told["decided"], told["corrected"]) == (None, 0, 0)
    TopicModel.objects.create(state="published", quality={"accuracy": 0.9})

    assert teacher.get(f"{PATH}/quality").json()["published"]["quality"] == {
        "accuracy": 0.9
    }


def test_the_list_costs_the_same_however_many(
    teacher, delivery_topic, django_assert_num_queries
):
    teacher.get(PATH)

    def count():
        with django_assert_num_queries(3):
            return len(teacher.get(PATH).json())

    assert count() == 1
    for number in range(30):
        path = f"{PATH}/topic-{number}/rules"
        slug = f"topic-{number}"
        post(teacher, PATH, {"slug": slug, "name": slug, "queue": "shop"})
        post(teacher, path, {"kind": "word", "pattern": slug})
    assert count() == 31


def test_an_earlier_model_is_published_again(teacher, delivery_topic):
    TopicModel.objects.create(state="published", verdict="The newer.")
    older = TopicModel.objects.create(state="ready")

    answer = post(teacher, f"{PATH}/train/{older.public_id}/publish", {})

    assert (answer.status_code, answer.json()["state"]) == (200, "published")
    told = teacher.get(f"{PATH}/quality").json()
    states = [one["state"] for one in told["trainings"]]
    assert states == ["published", "ready"]


def test_a_model_that_was_never_trained_is_not_published(teacher, delivery_topic):
    job = post(teacher, f"{PATH}/train", {}).json()

    answer = post(teacher, f"{PATH}/train/{job['id']}/publish", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "model_unusable")


def test_quality_says_what_is_worth_doing(teacher, make_ticket, delivery_topic):
    unsure = make_ticket(text="Hmm.")

    told = teacher.get(f"{PATH}/quality").json()

    assert told["needs_examples"] == ["delivery"]
    assert [one["ticket"] for one in told["worth_labelling"]] == [str(unsure.public_id)]
    assert told["routing"]["routed"] == 1
    assert told["routing"]["without_a_hand"] == 0


def test_quality_tells_what_being_wrong_costs(
    teacher, make_ticket, delivery_topic, power_queue, ada, bo
):
    """Of three tickets one has another topic, on which people differ, and one moved."""
    lost = Topic.objects.create(slug="lost", name="Lost")
    torn = Topic.objects.create(slug="torn", name="Torn")
    Membership.objects.create(user=bo, queue=None, role="agent")
    first, second, _ = (make_ticket() for _ in range(3))
    classify_ticket(ticket=first, user=ada, topic=lost)
    classify_ticket(ticket=first, user=bo, topic=torn)
    classify_ticket(ticket=second, user=ada, topic=delivery_topic)
    route_ticket(ticket=second, user=ada, queue=power_queue)

    told = teacher.get(f"{PATH}/quality").json()

    assert told["disagreements"] == [{"topics": ["lost", "torn"], "tickets": 1}]
    [week] = told["weeks"]
    assert (week["decided"], week["corrected"]) == (3, 1)
    routing = told["routing"]
    assert (routing["routed"], routing["without_a_hand"], routing["moved"]) == (3, 2, 1)
    assert routing["seconds_until_moved"] in range(60)
