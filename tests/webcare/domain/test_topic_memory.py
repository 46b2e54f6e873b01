"""What people said since the training weighs less, the more the model knows."""

from dataclasses import replace

import pytest

from webcare.domain.topics.memory import Memory
from webcare.domain.topics.model import TopicModel

OUTAGE, METER, BILL = 11, 22, 33
SAID = "Stroomstoring in onze straat, alles is donker"
NEAR = "Hoe lang duurt de stroomstoring in de straat?"


@pytest.fixture
def memory(model):
    return Memory.of([SAID], [BILL], model.idf[:0].reshape(0, 0))


def known_from(model, examples):
    return replace(model, counts=(examples,) * len(model.topics))


def chance(model, text, memory):
    [found] = model.predict([text], memory=memory)
    return dict(found.alternatives)[BILL]


def test_a_model_says_of_how_many_examples_it_knows_each_topic(model, trained):
    assert model.counts == (10, 10, 10)
    assert TopicModel.load(trained.content).counts == model.counts


def test_the_more_the_model_knows_the_less_a_new_example_says_of_others(model, memory):
    few, many = known_from(model, 1), known_from(model, 500)
    [without] = model.predict([NEAR])

    assert chance(few, NEAR, memory) > 1.2 * chance(many, NEAR, memory)
    assert chance(many, NEAR, memory) >= dict(without.alternatives)[BILL]


def test_what_is_all_but_the_same_is_felt_in_full_whatever_the_model_knows(
    model, memory
):
    [found] = known_from(model, 500).predict([SAID.upper()], memory=memory)

    assert found.alternatives[0][0] == BILL
    assert found.led_by == "examples"


def test_a_model_of_before_counts_were_kept_lets_new_ones_speak_in_full(model, memory):
    old, few = replace(model, counts=()), known_from(model, 0)

    assert chance(old, NEAR, memory) == chance(few, NEAR, memory)
