import pytest

from tests.webcare.topics.said import BILL, POWER
from webcare.actions import training
from webcare.models import Topic, TopicExample, TopicModel


@pytest.fixture(autouse=True)
def words_only(settings):
    settings.SENTENCE_ENCODER = False


@pytest.fixture
def topics(shop_queue, power_queue):
    power = Topic.objects.create(slug="power", name="Power", queue=power_queue)
    bill = Topic.objects.create(slug="bill", name="Bill", queue=shop_queue)
    return power, bill


@pytest.fixture
def teach():
    def teach_(topic, *texts):
        for text in texts:
            TopicExample.objects.create(
                topic=topic, text=text, digest=text.encode()[:32]
            )

    return teach_


@pytest.fixture
def model(topics, teach):
    """A published model of power and bill."""
    power, bill = topics
    for number in range(40):
        teach(power, f"{POWER} since {number} o'clock")
        teach(bill, f"{BILL} by {number} euro")
    job = TopicModel.objects.create()
    training.train(job.pk)
    job.refresh_from_db()
    assert job.state == "published", job.failure
    return job
