import pytest

from tests.trained import NUMBERS, trained
from tests.webcare.topics.said import BILL, POWER
from webcare.models import Topic, TopicExample


@pytest.fixture(autouse=True)
def words_only(settings):
    settings.SENTENCE_ENCODER = False


@pytest.fixture
def topics(shop_queue, power_queue):
    """Power and bill; a model knows them by their numbers, which stay."""
    power = Topic.objects.create(
        pk=NUMBERS, slug="power", name="Power", queue=power_queue
    )
    bill = Topic.objects.create(
        pk=NUMBERS + 1, slug="bill", name="Bill", queue=shop_queue
    )
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
    return trained()
