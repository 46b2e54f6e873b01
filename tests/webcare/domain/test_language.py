import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from webcare.domain.language import UNSURE, detect, warm


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Al een uur geen stroom in onze straat", "nl"),
        ("@netbeheer al een uur geen stroom in de straat 😡 https://t.co/no", "nl"),
        ("There is no power in our street since this morning", "en"),
        ("Seit heute Morgen haben wir keinen Strom mehr", "de"),
        ("Nous n'avons plus de courant depuis ce matin", "fr"),
        ("Od rana nie mamy prądu na naszej ulicy", "pl"),
    ],
)
def test_a_sentence_has_a_language(text, language):
    ((found, confidence),) = detect([text])

    assert found == language
    assert 0.6 <= confidence <= 1


@pytest.mark.parametrize(
    "text", ["", "?", "ok", "No power", "😡😡", "12345", "@jan https://a.nl/the/way"]
)
def test_too_little_is_called_unsure(text):
    assert detect([text]) == [UNSURE]


def test_answers_come_in_order_and_the_same_from_many_threads():
    texts = ["Wij hebben geen stroom", "We have no electricity", ""] * 50
    alone = detect(texts)
    warm()

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(detect, [texts] * 8))

    assert together == [alone] * 8
    assert [language for language, _ in alone[:3]] == ["nl", "en", ""]


@pytest.mark.parametrize(
    "text", ["\u0301\u0316" * 50_000, "a" * 100_000, "a@" * 50_000, "http://" * 15_000]
)
def test_a_hostile_text_costs_no_more_than_a_page(text):
    warm()
    began = time.process_time()

    detect([text])

    assert time.process_time() - began < 0.5


def test_dutch_and_english_customers_are_told_apart(public_rows):
    rows = public_rows("webcare_synth/public.csv")

    found = detect([row["text"] for row in rows])

    wrong = [
        row
        for row, (language, _) in zip(rows, found, strict=True)
        if language != row["lang"]
    ]
    assert rows
    assert len(wrong) <= 3
