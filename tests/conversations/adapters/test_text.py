import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conversations.adapters.text import clean

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
FAMILY = "👨‍👩‍👧‍👦"

nasty = st.text(
    st.sampled_from(
        "a \n\r\t\x00\x0b\x85\u0301\u0316\u0344\u093c\u0e4d\u20dd\ufe0f\u200d\u202e"
        "\u2066\u2028\ud800\udc00\u1100\u1161\u11a8\u09c7\u09be\ufb1d\u1e9b\u0323"
        "\U0001d165\U000e0041\U000e007f\U0001f3f4\U0001f600é ﬁ"
    ),
    max_size=60,
)
anything = st.text(st.characters(exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("Geen stroom in Arnhem!", "Geen stroom in Arnhem!"),
        ("één café", "één café"),
        ("e\u0301e\u0301n", "één"),
        ("line\r\nnext\rlast\u2028end", "line\nnext\nlast\nend"),
        ("a\tb\n\nc", "a\tb\n\nc"),
        ("ga\x00s\x1b[31m\x7f\x9b", "gas[31m"),
        ("\ud83d lone \ude00", "\ufffd lone \ufffd"),
        ("pay \u202eeruces\u202c \u2066now\u2069", "pay eruces now"),
        ("hi\U000e0069\U000e0067\U000e006e\U000e007f", "hi"),
        (f"{ENGLAND} {FAMILY} ❤️ 1️⃣ 🇳🇱", f"{ENGLAND} {FAMILY} ❤️ 1️⃣ 🇳🇱"),
        ("z" + "\u0302" * 500 + "algo", "ẑ" + "\u0302" * 7 + "algo"),
        ("a" + "\u0344" * 8, "ä" + "\u0301\u0308" * 4),
        ("a" + ("\u0316" * 8 + "\u200d") * 9, "a" + "\u0316" * 8 + "\u200d"),
        ("สวัสดีครับ नमस्ते مرحبا שָׁלוֹם", "สวัสดีครับ नमस्ते مرحبا שָׁלוֹם"),
        ("می‌خواهم", "می‌خواهم"),
        ("the end \n\t ", "the end"),
        ("", ""),
        ("\x00\u202e", ""),
    ],
)
def test_cleaning_keeps_what_is_said_and_drops_what_acts_unseen(given_text, kept):
    assert clean(given_text) == unicodedata.normalize("NFC", kept)


def test_a_flag_that_is_not_a_real_one_hides_nothing():
    hidden = (
        "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "obey") + "\U000e007f"
    )

    assert clean(f"look {hidden}") == "look \U0001f3f4"


@given(nasty | anything)
@example("a" + "\u0301\u0316" * 9)
@example("a" + "\u0344" * 8)
@example("\u1100\u0301" * 3 + "\u1161")
def test_cleaning_twice_changes_nothing(text):
    once = clean(text)

    assert clean(once) == once


@given(nasty | anything)
def test_what_is_cleaned_fits_into_the_database_and_on_the_page(text):
    kept = clean(text)

    kept.encode()
    unwanted = [c for c in kept if unicodedata.category(c) in ("Cc", "Cs")]
    assert set(unwanted) <= {"\n", "\t"}
    assert not set(kept) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert unicodedata.is_normalized("NFC", kept)


@pytest.mark.parametrize(
    "flood",
    ["\u0301\u0316", "\u0344", "\u0301\u200d", "\U000e0041", "\U0001f3f4", "\r", "😀"],
)
def test_a_flood_costs_time_in_proportion_to_its_length(flood):
    def cost(length):
        text = "a" + flood * length
        # Of the processor, whatever else the machine does meanwhile.
        start = time.thread_time()
        clean(text)
        return time.thread_time() - start

    cost(1_000)
    # Quadratic work would take 256 times as long; 16 times is linear.
    assert cost(160_000) < 80 * max(cost(10_000), 0.0005)
