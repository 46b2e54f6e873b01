"""Last words are told from messages that want something, in Dutch and English."""

import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from webcare.domain.closing_remarks import LONGEST, read_remark

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def labelled():
    """(is it a last word, text), in two halves that look alike."""
    kinds = defaultdict(list)
    for line in (HERE / "data" / "closing_remarks.tsv").read_text().splitlines():
        label, language, text = line.split("\t")
        kinds[label, language].append((label == "closing", text))
    ones = [one for kind in kinds.values() for one in kind]
    return ones[::2], ones[1::2]


def figures(half):
    taken = [(is_last, read_remark(text).is_closing) for is_last, text in half]
    right = sum(is_last and found for is_last, found in taken)
    precision = right / sum(found for _, found in taken)
    return precision, right / sum(is_last for is_last, _ in taken)


def test_the_held_half_is_told_apart_well_enough(capsys):
    develop, held = labelled()
    precision, recall = figures(held)
    with capsys.disabled():
        sys.stdout.write(f"\n{len(held)} held back: {precision=:.3f} {recall=:.3f}\n")

    assert len(develop) + len(held) >= 300
    assert precision >= 0.98
    assert recall >= 0.85


def test_no_question_of_the_demo_is_taken_for_a_last_word():
    lines = (ROOT / "demo" / "data" / "messages.jsonl").read_text().splitlines()
    said = [json.loads(line) for line in lines]
    questions = [one["message"].get("text", "") for one in said if one["topic"]]

    assert len(questions) > 300
    assert [text for text in questions if read_remark(text).is_closing] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("bedankt maar het werkt nog niet", "but"),
        ("thanks for nothing", "denial"),
        ("top, wanneer komt de monteur?", "question"),
        ("Top! Wanneer komt hij", "question"),
        ("ok en nu?", "question"),
        ("Bedankt, bel me even", "wish"),
        ("Thanks, I smell gas", "trouble"),
        ("Lekker bezig, bedankt...", "trailing off"),
        ("Bedankt 🙄", "other words"),
        ("Thanks, order 12345", "number"),
        ("ok", "nothing said"),
        ("", "nothing said"),
        ("thanks " * LONGEST, "long"),
    ],
)
def test_whatever_wants_something_is_a_message_like_any_other(text, why):
    remark = read_remark(text)

    assert not remark.is_closing
    assert remark.why == why


def test_what_comes_with_a_picture_has_to_be_looked_at():
    assert read_remark("thanks!").is_closing
    assert not read_remark("thanks!", has_attachment=True).is_closing


def test_the_reason_holds_no_word_of_the_author():
    assert read_remark("Dank je wel Annemarie").why == "thanks"
    assert read_remark("Problem solved 👍").why == "solved"


def test_a_hostile_text_costs_no_time():
    began = time.perf_counter()
    for text in ("@" * LONGEST, "a'" * 100, "weer stroom " * 16, "\u0300" * 10**6):
        read_remark(text)

    assert time.perf_counter() - began < 1
