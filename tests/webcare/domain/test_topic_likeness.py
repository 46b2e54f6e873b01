"""Texts that are alike stand together, the same way every time."""

from webcare.domain.topics.likeness import common_words, groups_of

LOST = [
    "Where is my parcel? It should have been delivered yesterday.",
    "@shop where is my parcel, it should be delivered by now",
    "My parcel should have been delivered yesterday, where is it?",
]
DARK = [
    "Al drie uur geen stroom in de Dorpsstraat, hoe lang nog?",
    "geen stroom in de dorpsstraat, weten jullie hoe lang nog",
]
ALONE = ["Zijn jullie met Pasen open"]


def test_what_is_alike_stands_together_and_the_largest_first():
    texts = [LOST[0], DARK[0], LOST[1], ALONE[0], DARK[1], LOST[2]]
    groups = groups_of(texts)

    assert [set(group) for group in groups] == [{0, 2, 5}, {1, 4}, {3}]
    assert groups == groups_of(texts)


def test_every_text_is_in_one_group():
    texts = [*LOST, *DARK, *ALONE, "", "", "?!"]
    places = [place for group in groups_of(texts) for place in group]

    assert sorted(places) == list(range(len(texts)))
    assert groups_of([]) == []
    assert groups_of(["", ""]) == [[0], [1]]


def test_whom_it_was_said_to_makes_nothing_alike():
    assert len(groups_of(["@shop @shop @shop bananen", "@shop @shop @shop fiets"])) == 2


def test_the_words_of_a_group_are_those_that_most_of_it_says():
    assert "parcel" in common_words(LOST)
    assert "@shop" not in common_words(LOST)
