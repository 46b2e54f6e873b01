"""What a person said is in no model when they are erased: one is trained without it."""

import pytest

from tests.trained import NUMBERS, trained
from tests.webcare.erasures.conftest import MARK
from tests.webcare.topics.said import BILL, POWER
from webcare.actions import training
from webcare.actions.models import choose_model
from webcare.actions.tickets import classify_ticket
from webcare.exceptions import ModelUnusable
from webcare.models import Membership, Topic, TopicExample, TopicModel

pytestmark = pytest.mark.django_db
SAID = f"My {MARK} parcel arrived wet and torn"


@pytest.fixture
def topics(settings, shop_queue):
    settings.SENTENCE_ENCODER = False
    return [
        Topic.objects.create(pk=NUMBERS + n, slug=name, name=name, queue=shop_queue)
        for n, name in enumerate(("power", "bill"))
    ]


@pytest.fixture
def model(topics):
    """A published model of power and bill."""
    for topic, said in zip(topics, (POWER, BILL), strict=True):
        for number in range(40):
            text = f"{said} since {number}"
            TopicExample.objects.create(topic=topic, text=text, digest=text.encode())
    return trained()


@pytest.fixture
def learned(model, mara, ticket_of, topics, ada, resolve):
    """Mara said something that a person named a topic of, and the model learned it."""
    Membership.objects.create(user=ada, queue=None, role="agent")
    message = mara(text=SAID)
    classify_ticket(ticket=ticket_of(message), user=ada, topic=topics[1])
    job = trained()
    resolve(ticket_of(message))
    return message, job


def test_a_model_that_learned_from_them_is_replaced_by_one_that_did_not(
    learned, erase, root, read_what_can_be
):
    message, before = learned
    assert message.pk in before.messages

    asked = erase(message.author)

    refit = TopicModel.objects.get(cause="erasure")
    assert asked.finished_at is None, "the model that decides still has their words"
    training.train(refit.pk)
    refit.refresh_from_db()
    assert refit.state == "published"
    assert message.pk not in refit.messages
    assert not TopicExample.objects.filter(text__contains=MARK).exists()
    with pytest.raises(ModelUnusable):
        choose_model(user=root, training=before)


def test_what_is_left_gives_the_model_that_would_have_been(learned, model, erase):
    message, before = learned
    erase(message.author)
    refit = TopicModel.objects.get(cause="erasure")

    training.train(refit.pk)

    refit.refresh_from_db()
    assert bytes(refit.arrays) != bytes(before.arrays)
    assert bytes(refit.arrays) == bytes(model.arrays)
