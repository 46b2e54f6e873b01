"""Talk of danger is told from talk that sounds like it, in Dutch and English."""

import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from webcare.domain.danger import read_danger
from webcare.domain.engagement import Heard, decide
from webcare.domain.outcomes import Verdict

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def halves():
    """(is it danger, language, text), in two halves that look alike.

    A text and its translation stand in the same half.
    """
    kinds = defaultdict(list)
    for line in (HERE / "data" / "danger.tsv").read_text().splitlines():
        label, language, text = line.split("\t")
        kinds[label, language].append((label == "danger", language, text))
    ones = list(kinds.values())
    return [o for kind in ones for o in kind[::2]], [
        o for kind in ones for o in kind[1::2]
    ]


def figures(half):
    found = [
        (is_danger, read_danger(text).label == "danger") for is_danger, _, text in half
    ]
    right = sum(is_danger and is_read for is_danger, is_read in found)
    precision = right / sum(is_read for _, is_read in found)
    return precision, right / sum(is_danger for is_danger, _ in found)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_there_are_texts_enough_and_they_are_hard(language):
    ones = [one for half in halves() for one in half if one[1] == language]

    assert len(ones) >= 300
    assert sum(is_danger for is_danger, _, _ in ones) >= 150


def test_the_held_half_is_told_apart_well_enough(capsys):
    _, held = halves()
    precision, recall = figures(held)
    with capsys.disabled():
        sys.stdout.write(f"\n{len(held)} held back: {precision=:.3f} {recall=:.3f}\n")

    assert recall >= 0.98
    assert precision >= 0.97


def test_the_danger_of_the_demo_is_found_and_little_else():
    lines = (ROOT / "demo" / "data" / "messages.jsonl").read_text().splitlines()
    said = [json.loads(line) for line in lines]
    read = [
        (one["topic"] == "gevaar", read_danger(one["message"].get("text", "")).label)
        for one in said
    ]

    assert sum(is_danger and label == "danger" for is_danger, label in read) >= 18
    others = [label for is_danger, label in read if not is_danger]
    assert others.count("danger") < len(others) * 0.03


@pytest.mark.parametrize(
    ("text", "label", "why"),
    [
        ("Ik ruik gas in de hal", "danger", "gas"),
        ("@Shop Iemand staat te ZWAAIEN met een mes in de winkel", "danger", "threat"),
        ("wïl er níet meer zijn", "danger", "self"),
        ("Wat kost een nieuwe lader? De oude smolt", "unsure", "fire"),
        ("Mijn telefoon is dood", "none", ""),
        ("https://example.org/ruik-gas", "none", ""),
        ("", "none", ""),
    ],
)
def test_a_kind_of_danger_is_named_and_no_word_of_the_author(text, label, why):
    read = read_danger(text)

    assert (read.label, read.why) == (label, why)


def test_the_news_is_no_ticket_unless_somebody_tells_us():
    news = read_danger("Man met mes in de metro").why
    gas = read_danger("Ik ruik gas").why

    assert decide(Heard("engage", True, False, False, intent=news))[1] == "danger"
    assert decide(Heard("listening", True, False, False, intent=news))[0] == "watch"
    assert decide(Heard("engage", False, False, False, intent=news))[0] == "watch"
    assert decide(Heard("listening", False, False, False, intent=gas)) == (
        Verdict.ANSWER,
        "danger",
    )
    assert decide(Heard("engage", True, True, False, intent=gas))[0] == "watch"


def test_a_hostile_text_costs_no_time():
    began = time.process_time()
    for text in ("gas " * 10**5, "ruik" * 10**5, "in de " * 10**5, "\u0300" * 10**6):
        read_danger(text)

    assert time.process_time() - began < 2


def test_the_time_grows_with_the_text_and_no_faster():
    def took(times):
        text = "Er is iets met de lift en wij zitten hier wat te praten. " * times
        began = time.process_time()
        for _ in range(5):
            read_danger(text)
        return time.process_time() - began

    took(1)
    assert took(80) < 40 * max(took(8), 0.001)
