"""What people say teaches: at once, and by trainings that may not make it worse."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.actions.changes import bury
from conversations.models import Message
from tests.webcare.domain.conftest import BILL as INVOICE
from tests.webcare.domain.conftest import EXAMPLES, OUTAGE
from tests.webcare.topics.said import BILL, POWER, decided
from webcare.actions import training
from webcare.actions.models import choose_model
from webcare.actions.teaching import change_topic
from webcare.actions.tickets import classify_ticket
from webcare.actions.topics import decide_topics
from webcare.domain.topics.encoder import packaged_encoder
from webcare.domain.topics.verdict import judged
from webcare.exceptions import ModelUnusable, NotAllowed
from webcare.models import Membership, Topic, TopicExample, TopicModel, TopicRule

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def they_work_everywhere(ada, bo):
    for person in (ada, bo):
        Membership.objects.create(user=person, queue=None, role="agent")


def test_a_correction_is_an_example_with_who_and_when(make_ticket, topics, ada):
    power, bill = topics
    ticket = make_ticket(text="The lamp post is humming")

    classify_ticket(ticket=ticket, user=ada, topic=power)

    [example] = TopicExample.objects.all()
    assert (example.topic, example.given_by) == (power, ada)
    assert (example.text, example.message) == (
        "The lamp post is humming",
        Message.objects.get(),
    )
    assert example.given_at is not None


def test_the_last_word_counts(make_ticket, topics, ada, bo):
    power, bill = topics
    ticket = make_ticket(text="The lamp post is humming")
    classify_ticket(ticket=ticket, user=ada, topic=power)

    classify_ticket(ticket=ticket, user=bo, topic=bill)

    [example] = TopicExample.objects.all()
    assert (example.topic, example.given_by) == (bill, bo)
    classify_ticket(ticket=ticket, user=bo, topic=None)
    assert not TopicExample.objects.exists()


def test_a_correction_is_felt_by_the_very_next_answer(model, make_ticket, topics, ada):
    power, bill = topics
    text = "The humming lamp post keeps me awake"
    before = decided(text)
    ticket = make_ticket(text=text)

    classify_ticket(ticket=ticket, user=ada, topic=bill)

    after = decided("The lamp post is humming and keeps me awake")
    assert before.explanation.get("newest_example") is None
    assert after.explanation["model"]["alternatives"][0]["topic"] == bill.pk
    assert after.explanation["newest_example"] == TopicExample.objects.last().pk
    # What has nothing to do with it stays as it was.
    assert decided(POWER).explanation["model"]["led_by"] == "words"


def test_a_topic_the_model_does_not_know_is_felt_too(model, teach):
    solar = Topic.objects.create(slug="solar", name="Solar")
    teach(solar, "solar panels feed back nothing", "my solar panels stopped")

    found = decided("solar panels stopped feeding back").explanation["model"]

    assert (found["alternatives"][0]["topic"], found["led_by"]) == (
        solar.pk,
        "examples",
    )


def test_the_first_examples_lead_before_there_is_a_model(topics, teach):
    power, bill = topics
    teach(power, *(f"{POWER} {n}" for n in range(5)))
    teach(bill, *(f"{BILL} {n}" for n in range(4)))

    sure, thin = decided("no power in our street"), decided("the invoice is too high")

    assert (sure.topic, sure.by) == (power.pk, "model")
    assert sure.explanation["model"]["led_by"] == "examples"
    assert sure.explanation["version"] is None
    assert thin.topic is None, "four examples are too few to be sure"
    assert thin.explanation["model"]["alternatives"][0]["topic"] == bill.pk


def test_what_is_remembered_gives_the_same_answer_in_any_batch(model, teach, topics):
    power, bill = topics
    teach(bill, "no power of attorney on the invoice", "street name on the bill")
    texts = [f"{said} {n}" for said in (POWER, BILL, "street bill") for n in range(9)]

    together = decide_topics([(text, "en", "") for text in texts])

    assert together == [decide_topics([(text, "en", "")])[0] for text in texts]


def test_while_examples_are_few_a_topic_is_known_by_its_names_too(
    topics, teach, settings
):
    """Nobody gave an example about pets: the name alone says so."""
    settings.SENTENCE_ENCODER = True
    if not packaged_encoder():
        pytest.skip("The sentence encoder is not installed.")
    power, bill = topics
    Topic.objects.filter(pk=power.pk).update(name_nl="Huisdieren")
    teach(power, *EXAMPLES[OUTAGE][:6])
    teach(bill, *EXAMPLES[INVOICE][:6])

    training.train(training.request_training().pk)
    named = likeliest("huisdieren")
    Topic.objects.filter(pk=power.pk).update(name_nl="")
    training.train(training.request_training().pk)

    assert named[power.pk] > likeliest("huisdieren")[power.pk] + 0.1


def likeliest(text):
    model = decided(text).explanation["model"]
    return {one["topic"]: one["confidence"] for one in model["alternatives"]}


def test_a_training_takes_over_what_was_remembered(model, teach, topics):
    teach(topics[0], *(f"the humming lamp post {n}" for n in range(40)))

    training.request_when_due()

    job = TopicModel.objects.get(state="waiting")
    assert job.cause == "corrections"
    training.train(job.pk)
    found = decided("a humming lamp post")
    assert "newest_example" not in found.explanation
    job.refresh_from_db()
    assert job.snapshot == list(
        TopicExample.objects.order_by("id").values_list("id", flat=True)
    )


def test_how_far_a_training_is_is_written_while_it_runs(model, as_client, root):
    job = TopicModel.objects.create()

    with CaptureQueriesContext(connection) as asked:
        training.train(job.pk)

    written = [
        int(found[1])
        for one in asked.captured_queries
        if (found := re.search(r'SET "progress" = (\d+)', one["sql"]))
    ]
    assert written == sorted(written)
    assert len(written) > 5
    told = as_client(root).get(f"/api/v1/topics/train/{job.public_id}").json()
    assert told["progress"] == 100


def test_a_few_new_examples_are_no_reason_to_train(model, teach, topics):
    teach(topics[0], "the humming lamp post")

    training.request_when_due()

    assert not TopicModel.objects.filter(state="waiting").exists()


def test_a_model_that_is_worse_is_not_published_and_says_why():
    before = {"accuracy": 0.9, "topics": [{"topic": 1}]}
    new = {"newest": {"examples": 100, "right": 60, "right_before": 80}}

    verdict = judged(new, before)

    assert not verdict.is_published
    assert verdict.reason == (
        "Of the 100 newest examples it has 60 right, the model before 80."
    )


@pytest.mark.parametrize(
    ("new", "before", "expected"),
    [
        ({}, None, True),
        ({"newest": {"examples": 100, "right": 78, "right_before": 80}}, {}, True),
        (
            {
                "newest": {"examples": 100, "right": 80, "right_before": 60},
                "accuracy": 0.8,
            },
            {"accuracy": 0.9},
            False,
        ),
        (
            {
                "newest": {"examples": 100, "right": 60, "right_before": 80},
                "accuracy": 0.95,
            },
            {"accuracy": 0.9},
            False,
        ),
        # What people correct is harder: the same examples are compared.
        (
            {
                "newest": {
                    "examples": 100,
                    "right": 60,
                    "right_before": 0,
                    "known": 200,
                    "known_right": 182,
                },
                "accuracy": 0.8,
            },
            {"accuracy": 0.9},
            True,
        ),
        ({"accuracy": 0.80, "topics": []}, {"accuracy": 0.9, "topics": []}, False),
        ({"accuracy": 0.89, "topics": []}, {"accuracy": 0.9, "topics": []}, True),
        (
            {"accuracy": 0.5, "topics": [{"topic": 2}]},
            {"accuracy": 0.9, "topics": []},
            True,
        ),
    ],
)
def test_worse_is_more_than_luck(new, before, expected):
    assert judged(new, before).is_published is expected


def test_a_model_that_forgets_is_not_published_though_it_knows_the_newest(
    model, topics, teach
):
    power, bill = topics
    # What was taught before is turned round, what comes is as it was.
    for example in list(TopicExample.objects.order_by("pk"))[:40]:
        other = bill if example.topic == power else power
        TopicExample.objects.filter(pk=example.pk).update(topic=other)
    for number in range(50, 65):
        teach(power, f"{POWER} again {number}")
        teach(bill, f"{BILL} again {number}")
    job = TopicModel.objects.create()

    training.train(job.pk)

    job.refresh_from_db()
    on = {one["on"]: one["is_worse"] for one in job.quality["compared"]}
    assert on["held_back"]
    assert job.state == "ready"
    assert "Of what was held back" in job.verdict


def test_labels_turned_round_do_not_replace_a_good_model(model, topics, teach):
    power, bill = topics
    TopicExample.objects.all().delete()
    # Nobody can learn from these: every text is given to both at random.
    for number in range(40):
        teach((power, bill)[number % 2], f"{(POWER, BILL)[number // 2 % 2]} {number}")
    for number in range(40, 80):
        teach(power, f"{POWER} again {number}")
        teach(bill, f"{BILL} again {number}")
    TopicModel.objects.update(quality={"accuracy": 0.99, "topics": []})
    job = TopicModel.objects.create()

    training.train(job.pk)

    job.refresh_from_db()
    assert job.quality["newest"]["examples"] > 100
    assert job.verdict.startswith("Of the ")


def test_an_earlier_model_can_be_chosen_again(model, topics, teach, root, cas):
    teach(topics[0], "a humming lamp post")
    newer = TopicModel.objects.create()
    training.train(newer.pk)
    newer.refresh_from_db()
    assert newer.state == "published"

    choose_model(user=root, training=model)

    model.refresh_from_db()
    assert model.state == "published"
    assert decided(POWER).explanation["version"] == model.pk
    # What the newer one had learned is felt again.
    assert decided(POWER).explanation["newest_example"]
    with pytest.raises(NotAllowed):
        choose_model(user=cas, training=newer)


def test_what_an_author_deletes_is_learned_from_no_more(
    model, make_ticket, topics, ada, pump, root, shop
):
    ticket = make_ticket(text="My name is Jansen and the invoice is wrong")
    classify_ticket(ticket=ticket, user=ada, topic=topics[1])
    job = TopicModel.objects.create()
    training.train(job.pk)
    message = Message.objects.get()

    bury([(shop.pk, message.external_id)])
    pump()

    assert not TopicExample.objects.filter(text__contains="Jansen").exists()
    refit = TopicModel.objects.get(state="waiting")
    assert refit.cause == "erasure"
    training.train(refit.pk)
    refit.refresh_from_db()
    job.refresh_from_db()
    assert refit.state == "published"
    with pytest.raises(ModelUnusable):
        choose_model(user=root, training=job)


def test_when_nothing_is_left_after_an_erasure_there_is_no_model(model):
    TopicExample.objects.all().delete()
    job = training.request_training(cause=TopicModel.Cause.ERASURE)

    training.train(job.pk)

    model.refresh_from_db()
    assert model.state == "ready"
    assert decided(POWER).explanation["model"] is None


def test_a_rule_goes_before_what_is_remembered(model, teach, topics):
    power, bill = topics
    TopicRule.objects.create(topic=bill, kind="word", pattern="humming")
    teach(power, "a humming lamp post")

    assert decided("a humming lamp post").topic == bill.pk


def test_a_retired_topic_is_given_no_more_from_the_very_next_answer(
    model, topics, teach, root
):
    power, bill = topics
    assert decided(POWER).topic == power.pk

    change_topic(user=root, topic=power, retired=True)

    found = decided(POWER)
    assert (found.topic, found.by) == (None, "unsure")
    told = found.explanation["model"]["alternatives"]
    assert power.pk not in {one["topic"] for one in told}
    change_topic(user=root, topic=power, retired=False)
    assert decided(POWER).topic == power.pk


def test_a_retired_topic_is_not_felt_before_there_is_a_model(topics, teach, root):
    power, bill = topics
    teach(power, *(f"{POWER} {n}" for n in range(5)))
    teach(bill, *(f"{BILL} {n}" for n in range(5)))
    assert decided(POWER).topic == power.pk

    change_topic(user=root, topic=power, retired=True)

    assert decided(POWER).topic is None
