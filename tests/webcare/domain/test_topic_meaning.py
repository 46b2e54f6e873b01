"""The second opinion: asked where words are not enough, and never a matter of luck."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcare.domain.topics import modelfile
from webcare.domain.topics.bars import Bars, Level
from webcare.domain.topics.encoder import packaged_encoder
from webcare.domain.topics.meaning import is_shaky
from webcare.domain.topics.model import TopicModel
from webcare.domain.topics.prediction import BY_MEANING, BY_WORDS, NO_IDEA
from webcare.training.calibration import NEVER, fit_bars
from webcare.training.process import TrainedModel, train

OUTAGE, METER, BILL = 11, 22, 33
_SURE = ("sure_temperature", "sure_doubt")
TYPED = st.text(alphabet="stroom meter factuur ée\u0301\n\t!?#@'🔥ß½İ\u200d")


@pytest.fixture(scope="module")
def encoder():
    return packaged_encoder() or pytest.skip("The sentence encoder is not installed.")


@pytest.fixture(scope="module")
def taught(encoder, examples) -> TrainedModel:
    return train(examples, wanted_precision=0.8, encoder=True)


@pytest.fixture(scope="module")
def model(taught) -> TopicModel:
    return TopicModel.load(taught.content)


def test_what_is_meant_is_found_in_other_words(model, encoder):
    text = "The lights went out everywhere and the fridge stopped"

    [by_words] = model.predict([text])
    [by_meaning] = model.predict([text], encoder=encoder)

    assert by_words.led_by == BY_WORDS
    assert by_meaning.led_by == BY_MEANING
    assert by_meaning.alternatives[0][0] == OUTAGE


def test_without_the_encoder_it_learned_with_words_decide(model, encoder):
    class Another:
        name = "another"

        def encode(self, texts):
            raise AssertionError("never asked")

    texts = ["geen stroom", "de factuur"]

    assert model.predict(texts, encoder=Another()) == model.predict(texts)


@settings(deadline=None, max_examples=25)
@given(st.lists(TYPED, max_size=8))
def test_an_answer_does_not_depend_on_the_batch(model, encoder, texts):
    alone = [model.predict([text], encoder=encoder)[0] for text in texts]

    assert model.predict(texts, encoder=encoder) == alone


def test_an_answer_does_not_depend_on_where_in_a_batch_it_stands(
    model, encoder, examples
):
    texts = [f"{text} {number}" for text, _ in examples for number in range(12)]
    alone = {text: model.predict([text], encoder=encoder)[0] for text in texts}
    random.Random(5).shuffle(texts)

    assert model.predict(texts, encoder=encoder) == [alone[text] for text in texts]


def test_vectors_differ_less_beside_others_than_the_edge_that_is_asked_alone(
    encoder, examples
):
    texts = [text for text, _ in examples]

    together = encoder.encode(texts)
    alone = np.stack([encoder.encode([text])[0] for text in texts])

    assert np.abs(together - alone).max() < 1e-5


def test_chances_at_the_edge_of_rounding_are_asked_alone():
    assert is_shaky(np.array([[0.50254, 0.3], [0.501, 0.2998]])).tolist() == [
        True,
        False,
    ]


def test_at_the_edge_only_what_may_be_among_the_likeliest_is_asked_alone():
    far, near, tie = 0.0525, 0.2425, 0.2525
    rows = np.array([[0.45, 0.25, 0.2496, far], [0.5, 0.26, near, tie - 0.01]])

    assert is_shaky(rows).tolist() == [True, True]
    assert is_shaky(rows, 2).tolist() == [False, False]
    assert is_shaky(rows, 3).tolist() == [False, True]
    assert is_shaky(rows[:, ::-1], 3).tolist() == [False, True]


def test_nothing_said_is_no_idea(model, encoder):
    assert model.predict([" ", "\u0301"], encoder=encoder) == [NO_IDEA, NO_IDEA]


def test_known_vectors_give_the_same_model(taught, examples):
    assert set(taught.vectors) == {text for text, _ in examples}

    again = train(examples, wanted_precision=0.8, encoder=True, vectors=taught.vectors)

    assert again.content == taught.content
    assert not again.vectors


def test_a_file_keeps_what_was_learned(model, taught, encoder, examples):
    texts = [text for text, _ in examples]

    assert model.to_bytes() == taught.content
    loaded = TopicModel.load(model.to_bytes())
    assert loaded.predict(texts, encoder=encoder) == model.predict(
        texts, encoder=encoder
    )


def test_a_file_of_before_there_were_doubts_is_read_as_it_was(
    model, taught, encoder, examples
):
    facts, arrays = modelfile.from_bytes(taught.content)
    for name in ("doubt", *(f"meaning_{one}" for one in ("doubt", *_SURE))):
        del facts[name]
    del arrays["meaning_bias"]
    texts = [text for text, _ in examples]

    older = TopicModel.load(modelfile.to_bytes(facts, arrays))

    none = np.zeros_like(model.bias)
    meaning = replace(
        model.meaning, bias=none, doubt=0.0, sure_temperature=1.0, sure_doubt=0.0
    )
    same = replace(model, doubt=0.0, meaning=meaning)
    assert older.predict(texts, encoder=encoder) == same.predict(texts, encoder=encoder)
    assert older.predict(texts) == same.predict(texts)


def test_where_words_are_believed_alone_they_are_calibrated_for_there(model, encoder):
    believed = replace(model.meaning, bar=0.0, sure_temperature=1e6)

    [told] = replace(model, meaning=believed).predict(["de factuur"], encoder=encoder)

    assert told.led_by == BY_WORDS
    assert told.confidence == pytest.approx(1 / 3, abs=1e-3)


def test_a_higher_precision_is_wanted_and_fewer_answers_are_sure(model, encoder):
    low = model.sure_above(0.8, with_meaning=True)
    high = model.sure_above(0.98, with_meaning=True)

    assert (low <= high).all()


def test_a_topic_that_is_often_wrong_has_a_bar_of_its_own():
    # All are as sure; those called METER are wrong half of the time when below 0.9.
    confidence = np.tile(np.linspace(0.6, 0.99, 200), 2)
    answers = np.repeat([0, 1], 200)
    chances = np.where(answers[:, None] == [0, 1], confidence[:, None], 0.0)
    right = np.ones(400, dtype=bool)
    right[200:][(np.arange(200) % 2 == 0) & (confidence[200:] < 0.9)] = False
    labels = np.where(right, answers, 1 - answers)

    level = fit_bars((OUTAGE, METER), chances, labels, 0.8)

    assert list(level.own) == [METER]
    assert level.own[METER] > level.threshold


def test_the_bar_of_the_others_is_fitted_without_those_that_have_their_own():
    """Below 0.8 METER is right three times of five, OUTAGE always is."""
    confidence = np.tile(np.linspace(0.51, 0.99, 400), 2)
    answers = np.repeat([0, 1], 400)
    chances = np.where(answers[:, None] == [0, 1], confidence[:, None], 0.0)
    right = (answers == 0) | (confidence >= 0.8) | (np.arange(800) % 5 < 3)
    labels = np.where(right, answers, 1 - answers)

    level = fit_bars((OUTAGE, METER), chances, labels, 0.95)

    # One bar for both would be near 0.73.
    assert level.threshold < 0.6
    assert level.own[METER] > 0.73


def test_the_bar_is_that_of_the_nearest_level_that_asks_as_much():
    bars = Bars({0.8: Level(0.5), 0.9: Level(0.7, {METER: 0.9})})

    assert bars.of((OUTAGE, METER), 0.85, NEVER).tolist() == [0.7, 0.9]
    assert bars.of((OUTAGE, METER), 0.8, NEVER).tolist() == [0.5, 0.5]
    assert bars.of((OUTAGE, METER), 0.99, NEVER).tolist() == [NEVER, NEVER]
    assert Bars.from_facts(bars.to_facts()) == bars
