"""Who wants us gone is told from who is angry about something else."""

import sys
from pathlib import Path

import pytest

from webcare.domain.annoyance import read_annoyance

DATA = Path(__file__).parent / "data" / "annoyance.tsv"


def labelled(part):
    """(wants us gone, text): what the lists were made on, or what was held back."""
    rows = [line.split("\t") for line in DATA.read_text().splitlines()]
    return [(want == "yes", text) for which, want, text in rows if which == part]


def figures(part):
    read = [(want, read_annoyance(text).is_annoyed) for want, text in labelled(part)]
    right = sum(want and found for want, found in read)
    return right / sum(found for _, found in read), right / sum(w for w, _ in read)


def test_the_part_held_back_is_told_apart_well_enough(capsys):
    precision, recall = figures("held")
    with capsys.disabled():
        sys.stdout.write(f"\nannoyance, held back: {precision=:.3f} {recall=:.3f}\n")

    assert len(labelled("held")) >= 70
    assert precision >= 0.95
    assert recall >= 0.9


def test_the_part_it_was_made_on_is_told_apart_wholly():
    assert figures("tune") == (1.0, 1.0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Stop messaging me", "stop"),
        ("Laat me met rust", "alone"),
        ("Stuur me geen berichten meer", "opt out"),
        ("Ik blokkeer jullie", "reported"),
        ("Dit is spam", "unwanted"),
    ],
)
def test_it_names_the_list_that_spoke(text, why):
    assert read_annoyance(text) == (True, why)


def test_a_long_text_is_read_in_no_time():
    assert not read_annoyance("stop " * 20_000).is_annoyed
    assert not read_annoyance("laat me nou " * 20_000).is_annoyed
