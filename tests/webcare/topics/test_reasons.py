"""Why a ticket has its topic, and the same decision made again from its model."""

import pytest

from conversations.models import Message
from tests.webcare.topics.said import BILL, POWER
from webcare.actions import training
from webcare.actions.teaching import change_topic, remove_rule
from webcare.actions.tickets import classify_ticket
from webcare.actions.topic_merges import merge_topic
from webcare.models import (
    Membership,
    TopicExample,
    TopicModel,
    TopicRule,
)
from webcare.queries.topic_reasons import machine_on
from webcare.queries.topic_replay import replay

pytestmark = pytest.mark.django_db

LONG = (
    f"Good morning to all. {POWER} since 7 o'clock. Please look. It is cold. "
    f"And then, {BILL} by 17 euro! Greetings from me. Thank you so much. Really. Do."
)


@pytest.fixture
def why(as_client, root):
    def ask(ticket, path="topic", user=root):
        answer = as_client(user).get(f"/api/v1/tickets/{ticket.public_id}/{path}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    return ask


def refit():
    job = TopicModel.objects.create()
    training.train(job.pk)


def test_words_runner_up_and_nearest_examples_are_told(model, make_ticket, why, topics):
    ticket = make_ticket(text=f"{POWER} since 3 o'clock, really")

    found = why(ticket)

    machine = found["machine"]
    assert (found["topic"], found["by"], machine["topic"]) == (
        "power",
        "model",
        "power",
    )
    assert "power" in " ".join(one["words"] for one in machine["words"])
    assert machine["runner_up"]["topic"] == "bill"
    first, second = (one["confidence"] for one in machine["alternatives"])
    assert machine["margin"] == pytest.approx(first - second, abs=1e-3)
    assert machine["model"] == str(model.public_id)
    nearest = machine["examples"]
    assert nearest[0]["text"] == f"{POWER} since 3 o'clock"
    assert nearest[0]["topic"] == "power"
    likeness = [one["likeness"] for one in nearest]
    assert likeness == sorted(likeness, reverse=True)
    assert 0 < likeness[-1] <= likeness[0] <= 1


def test_the_rule_that_fired_is_named_and_those_that_fitted_too(
    model, make_ticket, why, topics
):
    power, bill = topics
    rule = TopicRule.objects.create(topic=bill, kind="phrase", pattern="in the street")
    TopicRule.objects.create(topic=power, kind="word", pattern="street")
    ticket = make_ticket(text=POWER)

    machine = why(ticket)["machine"]

    assert (machine["by"], machine["topic"]) == ("rule", "bill")
    assert [one["pattern"] for one in machine["rules"]] == ["in the street", "street"]
    assert machine["rules"][0]["id"] == str(rule.public_id)


def test_before_there_is_a_model_the_examples_are_told(topics, teach, make_ticket, why):
    power, bill = topics
    teach(power, *(f"{POWER} {n}" for n in range(5)))
    teach(bill, *(f"{BILL} {n}" for n in range(5)))

    machine = why(make_ticket(text=f"{POWER}!"))["machine"]

    assert (machine["model"], machine["led_by"]) == (None, "examples")
    assert machine["examples"][0]["topic"] == "power"


def test_examples_from_tickets_out_of_sight_are_not_told(
    model, make_ticket, why, topics, ada, root, shop_queue
):
    power, bill = topics
    secret = make_ticket(text=f"{POWER}, says Jansen")
    classify_ticket(ticket=secret, user=root, topic=power)
    ticket = make_ticket(text=POWER)
    type(secret).objects.filter(pk=ticket.pk).update(queue=shop_queue)
    Membership.objects.filter(user=ada).delete()
    Membership.objects.create(user=ada, queue=shop_queue, role="agent")
    ada.refresh_from_db()

    all_of_it = str(why(ticket)["machine"]["examples"])
    seen = str(
        why(ticket, user=type(ada).objects.get(pk=ada.pk))["machine"]["examples"]
    )

    assert "Jansen" in all_of_it
    assert "Jansen" not in seen


def test_a_ticket_is_no_example_of_itself(model, make_ticket, why, topics, root):
    ticket = make_ticket(text=f"{POWER}, says Jansen")
    classify_ticket(ticket=ticket, user=root, topic=topics[0])

    found = why(ticket)

    assert (found["by"], found["machine"]["by"]) == ("person", "model")
    assert "Jansen" not in str(found["machine"]["examples"])


@pytest.mark.parametrize("text", [POWER, LONG, "Where is the moon?", ""])
def test_a_decision_comes_out_the_same_from_its_model(
    model, make_ticket, topics, teach, why, text
):
    ticket = make_ticket(text=text or "?")

    found = why(ticket, "topic/replay")

    assert (found["same"], found["reason"]) == (True, "")
    assert found["then"] == found["now"]


def test_it_does_so_after_a_newer_model_decides(model, make_ticket, topics, teach, why):
    power, bill = topics
    ticket = make_ticket(text=LONG)
    TopicExample.objects.filter(topic=power).delete()
    teach(bill, *(f"{POWER} again {n}" for n in range(60)))
    teach(power, *(f"the moon is {n}" for n in range(60)))
    refit()

    again = make_ticket(text=LONG)

    assert why(ticket, "topic/replay")["same"] is True
    assert why(again, "topic/replay")["same"] is True
    assert machine_on(ticket).version != machine_on(again).version
    assert machine_on(ticket).why["model"] != machine_on(again).why["model"]


def test_it_does_so_with_what_was_felt_then(model, make_ticket, topics, teach, why):
    power, bill = topics
    teach(bill, "no power of attorney on the invoice", "street name on the bill")
    ticket = make_ticket(text="street name on the invoice")
    teach(power, *(f"street name {n} on the invoice" for n in range(30)))

    assert machine_on(ticket).newest
    assert why(ticket, "topic/replay")["same"] is True


def test_it_does_so_though_the_topic_was_merged_or_retired_since(
    model, make_ticket, topics, why, root
):
    power, bill = topics
    ticket = make_ticket(text=POWER)
    change_topic(user=root, topic=bill, retired=True)
    assert why(ticket, "topic/replay")["same"] is True
    change_topic(user=root, topic=bill, retired=False)
    merge_topic(user=root, topic=bill, into=power)
    later = make_ticket(text=BILL)

    assert why(ticket, "topic/replay")["same"] is True
    assert machine_on(later).topic == power.pk
    assert why(later, "topic/replay")["same"] is True


def test_a_rule_that_was_removed_speaks_again(model, make_ticket, topics, why, root):
    rule = TopicRule.objects.create(topic=topics[1], kind="word", pattern="street")
    ticket = make_ticket(text=POWER)
    remove_rule(user=root, rule=rule)

    found = why(ticket, "topic/replay")

    assert found["same"] is True
    assert found["now"]["rules"][0]["rule"] is None


def test_another_model_in_its_place_is_noticed(model, make_ticket, topics, teach):
    ticket = make_ticket(text=POWER)
    teach(topics[1], *(f"{POWER} again {n}" for n in range(60)))
    refit()
    newer = TopicModel.objects.latest("pk")
    machine = machine_on(ticket)

    found = replay(machine._replace(version=newer.pk))

    assert found.same is False
    assert found.now != found.then


def test_what_cannot_be_made_again_says_why(model, make_ticket, topics, teach, why):
    power, bill = topics
    teach(bill, "street name on the bill")
    ticket = make_ticket(text="street name on the invoice")
    machine = machine_on(ticket)

    Message.objects.update(text="quite another text")
    assert why(ticket, "topic/replay")["reason"] == "text_changed"
    Message.objects.update(text="street name on the invoice")
    TopicExample.objects.filter(text="street name on the bill").delete()
    assert why(ticket, "topic/replay")["reason"] == "examples_changed"
    kept = {k: v for k, v in machine.why.items() if k != "basis"}
    assert replay(machine._replace(why=kept)).reason == "not_kept"


def test_what_a_decision_is_made_of_stays_inside(model, make_ticket, as_client, root):
    ticket = make_ticket(text=POWER)

    events = as_client(root).get(f"/api/v1/tickets/{ticket.public_id}/events").content

    assert b'"basis"' not in events


def test_the_page_shows_it_when_asked(model, make_ticket, topics, client, root):
    ticket = make_ticket(text=f"{POWER} since 3 o'clock")
    client.force_login(root)
    english = {"accept-language": "en"}

    page = client.get(f"/tickets/{ticket.public_id}", headers=english).content.decode()
    panel = client.get(f"/tickets/{ticket.public_id}/why", headers=english)

    assert f"/tickets/{ticket.public_id}/why" in page
    shown = panel.content.decode()
    assert "points ahead of the next" in shown
    assert "By its words" in shown
    assert "The most like it" in shown
    assert "100 % alike" in shown


def test_the_page_says_that_peoples_word_decided(
    topics, teach, make_ticket, client, root
):
    """Before there is a model."""
    power, bill = topics
    teach(power, *(f"{POWER} since {number} o'clock" for number in range(5)))
    teach(bill, *(f"{BILL} by {number} euro" for number in range(5)))
    ticket = make_ticket(text=f"{POWER} since 3 o'clock")
    client.force_login(root)

    panel = client.get(
        f"/tickets/{ticket.public_id}/why", headers={"accept-language": "nl"}
    )

    assert "Op wat mensen over zulke teksten zeiden" in panel.content.decode()
