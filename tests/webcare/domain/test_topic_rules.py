import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webcare.domain.topics.rules import Rule, RuleBook, RuleKind, is_searchable
from webcare.domain.topics.text import fold

WORD, PART, PHRASE = RuleKind.WORD, RuleKind.PART, RuleKind.PHRASE


def found(kind: RuleKind, pattern: str, text: str) -> list[str]:
    book = RuleBook([Rule(1, 10, kind, pattern)])
    return [match.found for match in book.matches(text)]


@pytest.mark.parametrize(
    ("kind", "pattern", "text", "expected"),
    [
        (WORD, "ING", "Is ING's app stuk?", "ING"),
        (WORD, "ING", "Lekker dan #ING", "ING"),
        (WORD, "ns", "De NS-app doet niets", "NS"),
        (WORD, "storing", "Weer STORING!!!", "STORING"),
        (WORD, "geïnformeerd", "niemand is geinformeerd", "geinformeerd"),
        (WORD, "geinformeerd", "niemand is geïnformeerd.", "geïnformeerd"),
        (WORD, "een", "😡 e\u0301e\u0301n keer", "e\u0301e\u0301n"),
        (WORD, "foto's", "mijn foto’s zijn weg", "foto’s"),
        (WORD, "storing", "𝐒𝐭𝐨𝐫𝐢𝐧𝐠 dus", "𝐒𝐭𝐨𝐫𝐢𝐧𝐠"),
        (WORD, "🔥", "brand 🔥🔥", "🔥"),
        (WORD, "#stroomstoring", "pff #Stroomstoring", "#Stroomstoring"),
        (WORD, "@stedin", "hoi @Stedin, help", "@Stedin"),
        (PART, "storing", "Alweer een stroomstoring.", "stroomstoring"),
        (PART, "storing", "#gasstoringen", "gasstoringen"),
        (PART, "geen stroom", "al uren geen stroomtoevoer", "geen stroomtoevoer"),
        (PHRASE, "geen stroom", "Nog GEEN   stroom.", "GEEN   stroom"),
        (PHRASE, "geen stroom", "geen #stroom hier", "geen #stroom"),
        (PHRASE, "geen stroom", "#geen_stroom", "geen_stroom"),
    ],
)
def test_a_rule_finds(kind, pattern, text, expected):
    assert found(kind, pattern, text) == [expected]


@pytest.mark.parametrize(
    ("kind", "pattern", "text"),
    [
        (WORD, "ING", "een storing en tien meldingen"),
        (WORD, "NS", "mensen met ons"),
        (WORD, "ING", "hoi @ING"),
        (WORD, "ING", "https://www.ing.nl/ing en jan@ing.nl"),
        (WORD, "storing", "stroomstoring"),
        (WORD, "#storing", "storing"),
        (WORD, "stedin", "@stedin"),
        (PHRASE, "geen stroom", "geen stroomstoring"),
        (PHRASE, "geen stroom", "stroom geen"),
        (PHRASE, "geen stroom", "geen gas of stroom"),
        (WORD, "", "een tekst"),
        (PHRASE, "...", "een tekst ..."),
    ],
)
def test_a_rule_passes_over(kind, pattern, text):
    assert found(kind, pattern, text) == []


def test_a_rule_for_a_language_or_channel_stays_there():
    dutch = Rule(1, 10, WORD, "help", language="nl")
    mail = Rule(2, 10, WORD, "help", channel="mail")
    book = RuleBook([dutch, mail])

    def ids(language: str, channel: str) -> list[int]:
        return [match.rule.id for match in book.matches("help", language, channel)]

    assert ids("nl", "mail") == [1, 2]
    assert ids("en", "mail") == [2]
    assert ids("nl", "web") == [1]
    assert ids("", "web") == [1], "an unknown language could be Dutch"


def test_a_match_says_which_rule_and_where():
    text = "Café: weer een Stróomstoring"
    (match,) = RuleBook([Rule(7, 10, PART, "storing")]).matches(text)

    assert match.explanation() == {
        "rule": 7,
        "topic": 10,
        "kind": "part",
        "pattern": "storing",
        "found": "Stróomstoring",
        "start": 15,
        "stop": 28,
    }


def test_a_pattern_without_words_can_be_refused():
    assert is_searchable("geen stroom")
    assert is_searchable("🔥")
    assert not is_searchable(" !? ")


@given(st.text(), st.text())
def test_folding_works_sign_by_sign(first, second):
    assert fold(first + second) == fold(first) + fold(second)


@settings(deadline=None)
@given(
    st.text(alphabet="ab é\u0301ß½\u00ad_#@'’-🔥İ", max_size=40),
    st.sampled_from(RuleKind),
    st.text(alphabet="abé🔥 ", min_size=1, max_size=4),
)
def test_what_was_found_stands_where_the_match_says(text, kind, pattern):
    matches = RuleBook([Rule(1, 10, kind, pattern)]).matches(text)

    assert all(text[match.start : match.stop] == match.found for match in matches)
    assert all(fold(pattern.split()[0]) in fold(match.found) for match in matches)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["geen", "stroom", "in", "ing", "storing"]), max_size=9),
    st.lists(st.sampled_from(["geen", "stroom", "ing"]), min_size=1, max_size=3),
)
def test_phrases_are_found_just_where_their_words_stand_in_a_row(words, phrase):
    rows = [words[at : at + len(phrase)] for at in range(len(words))]

    assert bool(found(PHRASE, " ".join(phrase), " ".join(words))) == (phrase in rows)


HOSTILE = [
    "a" * 100_000,
    "a " * 50_000,
    "@" * 100_000,
    "a@" * 50_000,
    "#" * 100_000,
    "http://" * 15_000,
    "www." * 25_000,
    "\u0301\u0316" * 50_000,
    "é" * 99_999 + "a",
    "👩‍🚒" * 33_000,
    "_" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text[:4]) for text in HOSTILE])
def test_hostile_texts_take_linear_time(text):
    book = RuleBook(
        [
            Rule(1, 10, PART, "a" * 30 + "b"),
            Rule(2, 10, PHRASE, "a " * 20 + "b"),
            Rule(3, 10, WORD, "storing"),
            Rule(4, 10, WORD, "#never"),
        ]
    )
    began = time.process_time()

    assert book.matches(text) == []
    # Milliseconds when linear; a quadratic step over 100,000 signs takes minutes.
    assert time.process_time() - began < 2
