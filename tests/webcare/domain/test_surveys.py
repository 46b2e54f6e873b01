"""A number that somebody was asked for is told from numbers that say something else."""

import pytest

from webcare.domain.surveys import read_score, words_of


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("4", 4),
        (" 2\n", 2),
        ("4!", 4),
        ("4/5", 4),
        ("5 van de 5", 5),
        ("5 out of 5, thanks", 5),
        ("Een 4, dank je wel", 4),
        ("mijn cijfer is 4", 4),
        ("Ik geef een 5", 5),
        ("I give you a 5", 5),
        ("score: 3", 3),
        ("een dikke 5!", 5),
        ("4 sterren", 4),
        ("5 👍", 5),
        ("4️⃣", 4),
        ("⭐️⭐️⭐️", 3),
        ("★★★★★", 5),
        ("vier", 4),
        ("Four.", 4),
        ("één", 1),
    ],
)
def test_a_score_is_read(text, score):
    assert read_score(text) == score


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "6",
        "10",
        "12",
        "5/10",
        "4.5",
        "4,5",
        "5%",
        "4:30",
        "+5",
        "5 5",
        "4?",
        "4 of 5",
        "een",
        "een vraag",
        "one more thing",
        "5 dagen",
        "1 vraag nog",
        "3 keer gebeld",
        "4 uur gewacht",
        "2 weken later nog niks",
        "nummer 4 werkt niet",
        "5, maar nog niet opgelost",
        "4 and then it broke",
        "1 star and I want my money",
        "5 en ik ruik gas",
        "5" + " bedankt" * 40,
    ],
)
def test_what_says_anything_else_is_no_score(text):
    assert read_score(text) is None


def test_what_is_sent_is_in_one_language_and_has_the_link():
    assert words_of("Tevreden?", "nl", "https://x/s/k") == (
        "Tevreden? Antwoord met een cijfer: 1 is slecht, 5 is heel goed.\n"
        "Of vertel ons hier meer: https://x/s/k"
    )
