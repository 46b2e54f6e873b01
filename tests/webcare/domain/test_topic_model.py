import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcare.domain.topics.features import FIRST_WORD, pieces_of
from webcare.domain.topics.model import TopicModel
from webcare.domain.topics.modelfile import UnreadableModel, to_bytes
from webcare.domain.topics.prediction import NO_IDEA

OUTAGE, METER, BILL = 11, 22, 33
TYPED = st.text(alphabet="stroom meter factuur ée\u0301\n\t!?#@'🔥ß½İ\u200d\ud800")


def ids(text):
    return sorted(pieces_of([text]).ids.tolist())


def test_pieces_are_words_pairs_and_letters():
    words = [int(piece) for piece in pieces_of(["a bc d"]).ids if piece >= FIRST_WORD]
    letters = [piece for piece in pieces_of(["abc"]).ids if piece < FIRST_WORD]

    assert len(set(words)) == 6, "a, bc, d, a bc, bc d, a … d"
    # Of " abc ": four of two signs, three of three, two of four, one of five.
    assert len(set(letters)) == 10


def test_word_order_and_word_ends_make_other_pieces():
    assert ids("meter stuk") != ids("stuk meter")
    assert ids("stroom uit") != ids("stroomuit")


def test_case_accents_and_spacing_make_no_other_pieces():
    assert ids("  GEEN\n stróom ") == ids("geen stroom")


@settings(deadline=None)
@given(st.lists(TYPED, max_size=6))
def test_the_pieces_of_a_text_do_not_depend_on_the_batch(texts):
    pieces = pieces_of(texts)

    together = [
        sorted(pieces.ids[pieces.docs == doc].tolist()) for doc in range(len(texts))
    ]
    assert together == [ids(text) for text in texts]


@settings(deadline=None, max_examples=60)
@given(st.lists(TYPED, max_size=8))
def test_an_answer_does_not_depend_on_the_batch(model, texts):
    assert model.predict(texts) == [model.predict([text])[0] for text in texts]


def test_an_answer_does_not_depend_on_where_in_many_batches_it_stands(model, examples):
    random_order = random.Random(4)
    texts = [text for text, _ in examples] * 20
    random_order.shuffle(texts)
    alone = {text: model.predict([text])[0] for text, _ in examples}

    assert model.predict(texts) == [alone[text] for text in texts]


def test_a_clear_question_gets_its_topic_and_the_words_that_decided(model):
    (prediction,) = model.predict(["Hoe lang duurt de stroomstoring in onze straat?"])

    assert prediction.topic == OUTAGE
    assert prediction.confidence >= model.threshold
    assert prediction.alternatives[0] == (OUTAGE, prediction.confidence)
    assert {topic for topic, _ in prediction.alternatives} == {OUTAGE, METER, BILL}
    assert "stroomstoring" in [word for word, _ in prediction.why]
    weights = [weight for _, weight in prediction.why]
    assert weights == sorted(weights, reverse=True)


def test_a_text_about_something_else_is_left_to_people(model):
    (prediction,) = model.predict(["Gefeliciteerd met jullie jubileum, mooi feest!"])

    assert prediction.topic is None
    assert prediction.alternatives


@pytest.mark.parametrize("text", ["", "   ", "\u0301", "漢字"])
def test_a_text_without_known_pieces_gives_no_idea(model, text):
    assert model.predict([text]) == [NO_IDEA]


def test_no_texts_no_answers(model):
    assert model.predict([]) == []


def test_a_mapped_file_answers_as_the_bytes_do(model, trained, examples, tmp_path):
    path = tmp_path / "model"
    path.write_bytes(trained.content)
    texts = [text for text, _ in examples]

    mapped = TopicModel.load(path)

    assert mapped.predict(texts) == model.predict(texts)
    assert mapped.to_bytes() == trained.content
    assert not mapped.weights.flags.owndata
    assert not mapped.weights.flags.writeable


def test_damaged_and_foreign_files_are_refused(trained, tmp_path):
    content = trained.content
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    bad = [
        b"",
        b"PK\x03\x04 a zip file",
        b"ANOTHER1" + content[8:],
        content[:40],
        content[:-100_000],
        content[:16] + b"x" + content[17:],
        content.replace(b'"features": 1', b'"features": 0'),
        to_bytes({"features": 1, "topics": [1, 2]}, {}),
        empty,
    ]
    refused = []
    for source in bad:
        with pytest.raises(UnreadableModel):
            TopicModel.load(source)
        refused.append(source)

    assert len(refused) == len(bad)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "a " * 50_000,
        "\u0301\u0316" * 50_000,
        "🔥" * 100_000,
        "ﷺ" * 9_999,
    ],
    ids=["one word", "many words", "marks", "emoji", "ligatures"],
)
def test_a_hostile_text_costs_no_more_than_a_page(model, text):
    model.predict(["warm"])
    began = time.process_time()

    model.predict([text])

    assert time.process_time() - began < 0.5
