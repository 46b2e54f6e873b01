import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from webcare.domain.topics.model import TopicModel
from webcare.training.process import TrainedModel, train

OUTAGE, METER, BILL = 11, 22, 33

EXAMPLES = {
    OUTAGE: [
        "Hier in de straat is de stroom uitgevallen",
        "Al een uur geen stroom, weten jullie hoe lang de storing duurt?",
        "Stroomstoring in Utrecht, alles is donker",
        "Wanneer is de stroom terug? We zitten in het donker",
        "Is er een storing? Wij hebben geen stroom meer",
        "No power in our street since noon",
        "Power outage again, when will the power be back?",
        "The whole block is dark, is there an outage?",
        "Stroom weg, weer een storing in de wijk",
        "De straatverlichting en de stroom zijn uitgevallen",
    ],
    METER: [
        "Mijn slimme meter geeft geen stand door",
        "Wanneer komt de monteur de slimme meter plaatsen?",
        "De meterstand klopt niet met de meter in de kast",
        "Ik wil een afspraak voor een nieuwe meter",
        "De meter in de meterkast tikt en telt niet",
        "My smart meter shows an error on its display",
        "Can I send in my meter reading by mail?",
        "The engineer did not come to replace the meter",
        "Hoe lees ik de meterstanden van de slimme meter af?",
        "Meter vervangen, hoe maak ik een afspraak?",
    ],
    BILL: [
        "Mijn rekening is dubbel afgeschreven",
        "Waarom is de jaarrekening zo hoog dit jaar?",
        "Ik heb de factuur betaald en krijg toch een aanmaning",
        "Kan ik de rekening in termijnen betalen?",
        "Het termijnbedrag op de factuur klopt niet",
        "My bill is twice as high as last year",
        "I paid the invoice but got a reminder",
        "How do I change the account the invoice is paid from?",
        "De factuur staat op de verkeerde naam",
        "Wanneer krijg ik de eindafrekening of rekening?",
    ],
}


@pytest.fixture(scope="session")
def examples() -> list[tuple[str, int]]:
    return [(text, topic) for topic, texts in EXAMPLES.items() for text in texts]


@pytest.fixture(scope="session")
def trained(examples: list[tuple[str, int]]) -> TrainedModel:
    return train(examples, wanted_precision=0.8)


@pytest.fixture(scope="session")
def model(trained: TrainedModel) -> TopicModel:
    return TopicModel.load(trained.content)


@pytest.fixture(scope="session")
def public_rows() -> Callable[[str], list[dict[str, str]]]:
    """Rows of a public data set that stands in `shared/data` beside the checkout."""
    here = Path(__file__).resolve()
    found = [above / "shared" / "data" for above in here.parents]
    places = [place for place in found if place.is_dir()]
    if not places:
        pytest.skip("The public data sets are not beside this checkout.")

    def read(name: str) -> list[dict[str, str]]:
        path = places[0] / name
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
