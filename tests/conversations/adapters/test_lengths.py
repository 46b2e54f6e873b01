"""A text is as long as its platform says; the composer counts by the same examples."""

import json
from pathlib import Path

import pytest

from conversations.adapters.lengths import Counting, length

EXAMPLES = json.loads(Path(__file__).with_name("lengths.json").read_text())


@pytest.mark.parametrize("counting", Counting.values)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["text"][:20])
def test_a_text_is_as_long_as_its_platform_says(example, counting):
    assert length(example["text"], counting) == example[counting]


@pytest.mark.parametrize("counting", Counting.values)
def test_counting_takes_time_in_the_length_only(counting):
    assert length("a." * 25_000, counting) >= 2_500
    assert length("https://" * 6_000, counting) > 0
