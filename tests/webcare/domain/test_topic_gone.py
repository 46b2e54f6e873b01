"""A topic that is given no more is in no answer, whatever the model learned."""

import pytest

from webcare.domain.topics.memory import Memory
from webcare.domain.topics.prediction import NO_IDEA

OUTAGE, METER, BILL, CABLE = 11, 22, 33, 44
DARK = "Hoe lang duurt de stroomstoring in onze straat?"


def named(prediction):
    return {prediction.topic} | {topic for topic, _ in prediction.alternatives}


def test_a_retired_topic_is_in_no_answer(model, examples):
    for found in model.predict([text for text, _ in examples], gone={OUTAGE: None}):
        assert OUTAGE not in named(found)


def test_what_was_about_a_retired_topic_is_for_a_person(model):
    [before] = model.predict([DARK])
    [after] = model.predict([DARK], gone={OUTAGE: None})

    assert (before.topic, after.topic) == (OUTAGE, None)
    # The others are no likelier for it.
    chances = dict(before.alternatives)
    assert all(chance == chances[topic] for topic, chance in after.alternatives)


def test_what_spoke_for_a_merged_topic_speaks_for_its_heir(model, examples):
    texts = [text for text, _ in examples]
    before = [dict(one.alternatives) for one in model.predict(texts)]

    for was, found in zip(
        before, model.predict(texts, gone={BILL: METER}), strict=True
    ):
        chances = dict(found.alternatives)
        assert chances[METER] == pytest.approx(was[METER] + was[BILL])
        assert chances[OUTAGE] == was[OUTAGE]


def test_an_heir_that_the_model_does_not_know_takes_over(model):
    [before] = model.predict([DARK])
    [after] = model.predict([DARK], gone={OUTAGE: CABLE})

    assert (after.topic, after.confidence) == (CABLE, before.confidence)
    assert after.why == before.why


def test_when_every_topic_is_gone_there_is_no_idea(model):
    gone = dict.fromkeys((OUTAGE, METER, BILL))

    assert model.predict([DARK, "?"], gone=gone) == [NO_IDEA, NO_IDEA]


def test_one_topic_that_is_left_is_not_sure_by_that(model):
    [found] = model.predict([DARK], gone={OUTAGE: None, METER: None})

    assert found.topic is None
    assert [topic for topic, _ in found.alternatives] == [BILL]


@pytest.mark.parametrize("gone", [{OUTAGE: None}, {BILL: METER}, {OUTAGE: CABLE}])
def test_the_answer_is_the_same_in_any_batch(model, examples, gone):
    texts = [text for text, _ in examples]
    memory = Memory.of(["kabel ligt bloot"], [CABLE], model.idf[:0].reshape(0, 0))

    together = model.predict(texts, memory=memory, gone=gone)

    alone = [model.predict([one], memory=memory, gone=gone)[0] for one in texts]
    assert together == alone
