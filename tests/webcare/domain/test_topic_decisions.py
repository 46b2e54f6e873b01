import json

from webcare.domain.topics.decide import DecidedBy, decide
from webcare.domain.topics.prediction import Prediction
from webcare.domain.topics.rules import Rule, RuleBook, RuleKind

SURE = Prediction(5, 0.93, ((5, 0.93), (6, 0.05)), (("stroom", 0.8),))
UNSURE = Prediction(None, 0.41, ((5, 0.41), (6, 0.4)), (("stroom", 0.1),))


def matches(text, *rules):
    return RuleBook(rules).matches(text)


def test_a_rule_goes_before_the_model():
    rule = Rule(1, 10, RuleKind.WORD, "storing")

    decision = decide(matches("een storing", rule), SURE)

    assert (decision.topic, decision.by, decision.confidence) == (10, "rule", 1.0)


def test_a_phrase_goes_before_a_word_and_a_word_before_a_part():
    part = Rule(1, 10, RuleKind.PART, "stroomuitval")
    word = Rule(2, 20, RuleKind.WORD, "stroomuitval")
    phrase = Rule(3, 30, RuleKind.PHRASE, "na de")
    text = "na de stroomuitval"

    assert decide(matches(text, part, word, phrase), None).topic == 30
    assert decide(matches(text, part, word), None).topic == 20
    assert decide(matches(text, part), None).topic == 10


def test_of_equal_kinds_the_longer_pattern_decides_then_the_older_rule():
    short = Rule(1, 10, RuleKind.WORD, "gas")
    longer = Rule(3, 20, RuleKind.WORD, "gaslucht")
    younger = Rule(4, 30, RuleKind.WORD, "meterkas")
    text = "gas gaslucht meterkas"

    assert decide(matches(text, short, younger, longer), None).topic == 20
    assert [
        rule["rule"]
        for rule in decide(matches(text, younger, longer), None).explanation["rules"]
    ] == [3, 4]


def test_the_model_decides_when_it_is_sure():
    decision = decide([], SURE)

    assert (decision.topic, decision.by, decision.confidence) == (5, "model", 0.93)


def test_nobody_sure_is_left_to_a_person():
    assert decide([], UNSURE).topic is None
    assert decide([], UNSURE).by == DecidedBy.UNSURE
    assert decide([], UNSURE).confidence == 0.41
    assert decide([], None).confidence == 0.0


def test_the_explanation_is_data_and_tells_both_sides():
    rule = Rule(1, 10, RuleKind.WORD, "storing")

    explanation = decide(matches("een storing", rule), SURE).explanation

    assert json.loads(json.dumps(explanation)) == explanation
    assert explanation["rules"][0]["found"] == "storing"
    assert explanation["model"]["alternatives"][0] == {"topic": 5, "confidence": 0.93}
    assert explanation["model"]["why"] == [{"words": "stroom", "weight": 0.8}]
