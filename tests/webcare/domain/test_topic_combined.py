"""Words combined: what must be there, what may be, and what must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webcare.domain.topics import combined
from webcare.domain.topics.combined import Unreadable
from webcare.domain.topics.rules import Rule, RuleBook, RuleKind, why_unreadable


def book(pattern, **scope):
    return RuleBook([Rule(1, 7, RuleKind.COMBINED, pattern, **scope)])


@pytest.mark.parametrize(
    ("pattern", "fitting", "not_fitting"),
    [
        ("stroom uit", "De stroom is uit", "De stroom is weg"),
        ("stroom AND uit", "uit is de stroom", "stroomuitval"),
        ("uit OR weg", "alles is weg", "alles is terug"),
        ("stroom (uit OR weg)", "de stroom is WEG", "het gas is weg"),
        ("stroom NOT test", "geen stroom", "stroom test"),
        ("*storing", "een stroomstoring hier", "iemand stoort"),
        ('"geen stroom" OR donker', "het is donker", "stroom, geen"),
        (
            "stroom NOT (test OR (oefening NOT echt))",
            "echt, stroom, oefening",
            "stroom oefening",
        ),
        ("#storing straat", "straat #storing", "straat storing"),
    ],
)
def test_a_combination_fits_and_does_not(pattern, fitting, not_fitting):
    assert book(pattern).matches(fitting)
    assert not book(pattern).matches(not_fitting)


def test_a_match_points_at_the_first_term_that_made_it_fit():
    [match] = book("weg *storing").matches("De stroomst\u00f3ring is nooit weg")

    assert match.found == "stroomst\u00f3ring"


def test_it_keeps_to_its_language_and_channel():
    rules = book("stroom uit", language="nl", channel="x")

    assert rules.matches("stroom uit", "nl", "x")
    assert not rules.matches("stroom uit", "en", "x")
    assert not rules.matches("stroom uit", "nl", "mail")


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "NOT test",
        "a OR",
        "OR a",
        "(a",
        "a)",
        "a AND",
        "()",
        "NOT a OR b NOT",
        "!!! a",
        "a OR NOT b",
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(pattern):
    assert why_unreadable(pattern)
    assert not book(pattern).matches("a b test")


def test_too_many_terms_are_refused():
    assert "at most" in why_unreadable("a " * (combined.MOST_TERMS + 1))


@given(st.text(alphabet='ab() "*NOTANDOR', max_size=60))
def test_any_pattern_is_read_or_refused(pattern):
    try:
        node = combined.read(pattern)
    except Unreadable:
        return
    assert combined.fits(node, lambda term: False) is None
