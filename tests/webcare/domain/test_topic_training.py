import random
import subprocess
import sys

import numpy as np
import pytest

from webcare.domain.topics.answers import probabilities
from webcare.domain.topics.model import TopicModel
from webcare.training.calibration import (
    GUARDED_CHANCE,
    LEAST_CHANCE,
    NEVER,
    expected_calibration_error,
    fit_calibration,
    fit_temperature,
    fit_threshold,
)
from webcare.training.process import NothingToLearn, TrainingFailed, train

OUTAGE, METER, BILL = 11, 22, 33


def test_the_same_examples_give_the_same_bytes_in_any_order(examples, trained):
    shuffled = [*examples, *examples[:7]]
    random.Random(2).shuffle(shuffled)

    again = train(shuffled, wanted_precision=0.8)

    assert again.content == trained.content
    assert again.metrics | {"seconds": 0} == trained.metrics | {"seconds": 0}


def test_a_text_typed_differently_is_one_example(examples, trained):
    louder = [(f" {text.upper()}\n", topic) for text, topic in examples[:5]]

    metrics = train([*examples, *louder], wanted_precision=0.8).metrics

    assert metrics["examples"] == trained.metrics["examples"]


def test_metrics_come_from_held_back_examples(trained):
    metrics = trained.metrics

    assert metrics["examples"] == metrics["measured"] == 30
    assert metrics["folds"] == 5
    assert 0.5 < metrics["accuracy"] < 1
    assert metrics["precision"] >= 0.8
    assert metrics["bytes"] == len(trained.content)
    assert [topic["topic"] for topic in metrics["topics"]] == [OUTAGE, METER, BILL]
    assert not any(topic["is_thin"] for topic in metrics["topics"])


def test_few_examples_mean_fewer_folds_and_say_so():
    given = [("geen stroom", 1), ("stroom uit", 1), ("factuur te hoog", 2)]

    trained = train(given)

    assert trained.metrics["folds"] == 2
    assert trained.metrics["measured"] == 2, "an only example is never held back"
    assert all(topic["is_thin"] for topic in trained.metrics["topics"])
    assert trained.metrics["threshold"] == NEVER
    (prediction,) = TopicModel.load(trained.content).predict(["weer geen stroom"])
    assert prediction.topic is None
    assert prediction.alternatives[0][0] == 1


def test_one_example_each_is_learned_from_but_not_measured():
    trained = train([("geen stroom", 1), ("factuur te hoog", 2)])

    assert trained.metrics["measured"] == 0
    assert "accuracy" not in trained.metrics
    (prediction,) = TopicModel.load(trained.content).predict(["de factuur"])
    assert prediction.topic is None
    assert prediction.alternatives[0][0] == 2


@pytest.mark.parametrize(
    "given", [[], [("geen stroom", 1)], [("stroom", 1), ("", 2), (" \u0301", 3)]]
)
def test_fewer_than_two_topics_teach_nothing(given):
    with pytest.raises(NothingToLearn):
        train(given)


def test_a_child_that_takes_too_long_is_ended(examples):
    with pytest.raises(TrainingFailed, match="Not done after 0 seconds"):
        train(examples, patience=0.01)


def test_it_says_how_far_it_is(examples):
    heard = []

    train(examples, told=heard.append)

    assert heard == sorted(heard)
    assert {10, 85, 95} <= set(heard)
    assert len(heard) > 5, "each of the folds"


def test_a_child_that_breaks_says_why(examples):
    with pytest.raises(TrainingFailed, match="No such file|Traceback"):
        train(examples, wanted_precision="much")


def test_the_model_before_is_not_worse_for_a_topic_that_was_merged(examples, trained):
    cable = 44
    merged = [(text, cable if topic == OUTAGE else topic) for text, topic in examples]
    unseen = {text for text, topic in examples if topic == OUTAGE}
    given = {"before": trained.content, "unseen": unseen}

    named = train(merged, **given).metrics["newest"]
    followed = train(merged, **given, gone={OUTAGE: cable}).metrics["newest"]

    assert named["right_before"] == 0
    assert followed["right_before"] == followed["examples"] == len(unseen)


def test_predicting_does_not_import_the_learners():
    code = (
        "import sys, webcare.domain.topics.model, webcare.training.process;"
        "sys.exit('sklearn' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def overconfident_scores() -> tuple[np.ndarray, np.ndarray]:
    """Scores three times too far apart: softmax says far more than is true."""
    chance = np.random.default_rng(1)
    honest = chance.normal(size=(4_000, 4))
    labels = np.array([chance.choice(4, p=row) for row in probabilities(honest, 1.0)])
    return (3 * honest).astype(np.float32), labels


def test_one_temperature_makes_chances_honest():
    scores, labels = overconfident_scores()
    is_right = scores.argmax(axis=1) == labels

    temperature = fit_temperature(scores, labels)

    raw = probabilities(scores, 1.0).max(axis=1)
    calibrated = probabilities(scores, temperature).max(axis=1)
    assert temperature == pytest.approx(3, rel=0.1)
    assert expected_calibration_error(raw, is_right) > 0.2
    assert expected_calibration_error(calibrated, is_right) < 0.03


def test_labels_that_contradict_each_other_leave_a_doubt():
    scores, labels = overconfident_scores()
    plain = scores * 4  # so far apart that a softmax is all but certain
    labels = plain.argmax(axis=1)
    labels[::70] = (labels[::70] + 1) % 4

    told = fit_calibration(plain, labels)

    chances = told.chances(plain).max(axis=1)
    alone = probabilities(plain, fit_temperature(plain, labels)).max(axis=1)
    is_right = plain.argmax(axis=1) == labels
    assert told.doubt == pytest.approx(1 / 70 / 0.75, abs=0.003)
    assert chances.max() < 0.99 < alone.max()
    assert expected_calibration_error(chances, is_right) < (
        expected_calibration_error(alone, is_right)
    )


def test_nothing_held_back_changes_nothing():
    assert fit_calibration(np.zeros((0, 3)), np.zeros(0, dtype=int)) == (1.0, 0.0)


def test_a_few_right_answers_do_not_end_in_certainty():
    scores, labels = np.eye(3, dtype=np.float32), np.arange(3)

    assert fit_calibration(scores, labels).chances(scores).max() < 0.95


def test_the_threshold_gives_the_wanted_precision_and_no_more():
    confidence = np.linspace(0.99, 0.51, 1_000)
    is_right = np.random.default_rng(3).random(1_000) < confidence

    threshold = fit_threshold(confidence, is_right, 0.9)

    sure = confidence >= threshold
    assert is_right[sure].mean() == pytest.approx(0.9, abs=0.01)
    assert 0.2 < sure.mean() < 0.8


def test_a_handful_of_lucky_answers_is_not_precision():
    confidence = np.linspace(0.9, 0.8, 20)
    right = np.ones(20, dtype=bool)

    assert fit_threshold(confidence[:8], right[:8], 0.9) == NEVER
    assert fit_threshold(confidence[:9], right[:9], 0.9) == confidence[8]


def test_where_more_than_is_wanted_are_right_of_all_the_bar_keeps_others_out():
    confidence = np.linspace(0.9, 0.1, 50)

    assert fit_threshold(confidence, np.ones(50, dtype=bool), 0.9) == GUARDED_CHANCE


def test_what_is_all_but_surely_wrong_is_never_sure_whatever_is_asked():
    confidence = np.linspace(0.99, 0.01, 1_000)
    is_right = np.arange(1_000) % 10 != 0  # nine of ten, wherever

    assert fit_threshold(confidence, is_right, 0.89) == LEAST_CHANCE


def test_sure_answers_are_not_more_often_right_than_is_asked():
    """Below an even chance too, where that is what was asked for."""
    confidence = np.linspace(0.99, 0.2, 1_000)
    is_right = np.random.default_rng(3).random(1_000) < np.sqrt(confidence)

    threshold = fit_threshold(confidence, is_right, 0.82)

    sure = confidence >= threshold
    assert threshold < 0.5
    assert is_right[sure].mean() == pytest.approx(0.82, abs=0.01)


def test_it_learns_bank_customers_intents(public_rows):
    wanted = {"card_arrival", "lost_or_stolen_card", "top_up_failed", "exchange_rate"}
    topics = {name: number for number, name in enumerate(sorted(wanted))}

    def pairs(name: str) -> list[tuple[str, int]]:
        rows = public_rows(name)
        return [
            (row["text"], topics[row["intent"]])
            for row in rows
            if row["intent"] in topics
        ]

    trained = train(pairs("banking77/train.csv.gz"))
    test = pairs("banking77/test_public.csv.gz")
    found = TopicModel.load(trained.content).predict([text for text, _ in test])

    assert len(test) > 50
    right = [
        answer.topic == topic for answer, (_, topic) in zip(found, test, strict=True)
    ]
    assert sum(right) / len(right) > 0.9
    assert trained.metrics["ece"] < 0.05


def test_it_learns_dutch_by_half_of_the_dev_sentences(public_rows):
    rows = public_rows("massive/nl-NL_dev.csv.gz")
    topics = sorted({row["scenario"] for row in rows})
    given = [(row["text"], topics.index(row["scenario"])) for row in rows]

    trained = train(given[::2])
    texts = [text for text, _ in given[1::2]]
    found = TopicModel.load(trained.content).predict(texts)

    best = [
        answer.alternatives[0][0] if answer.alternatives else -1 for answer in found
    ]
    right = np.array(best) == [topic for _, topic in given[1::2]]
    sure = np.array([answer.topic is not None for answer in found])
    assert right.mean() > 0.75
    assert right[sure].mean() > 0.87
    assert sure.mean() > 0.5
