"""How an author feels is a hint: right more often than not, silent where unsure."""

import time

import pytest

from webcare.domain.sentiment import read_sentiment


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Super snel geholpen, topservice! 👏", "positive"),
        ("Great support, fixed within minutes", "positive"),
        ("Schandalig, al drie weken geen reactie 😡", "negative"),
        ("Worst service ever, never again", "negative"),
        ("niet goed geholpen", "negative"),
        ("not happy with this", "negative"),
        ("Bedankt voor niks", "negative"),
        ("Hoe kan ik mijn adres wijzigen?", "neutral"),
        ("Where do I return shoes?", "neutral"),
        ("kenmerk K-20931", "unsure"),
        ("Fijn contact, maar de storing is er nog", "unsure"),
        ("", "unsure"),
    ],
)
def test_what_is_said_decides(text, label):
    assert read_sentiment(text).label == label


def test_who_says_more_is_clearer_and_who_says_nothing_is_not():
    once = read_sentiment("slecht")
    often = read_sentiment("slecht, belachelijk en schandalig")

    assert 0 < once.score < often.score <= 1
    assert read_sentiment("kenmerk").score == 0


def test_a_hostile_text_costs_no_time():
    began = time.process_time()
    for text in ("niet " * 10**5, "top" * 10**5, "👍" * 10**5, "\u0300" * 10**6):
        read_sentiment(text)

    assert time.process_time() - began < 2
