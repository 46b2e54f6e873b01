"""What identifies a person is taken out of a text, and nothing else."""

import pytest

from webcare.domain.redaction import MOST, redact


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail jan.de-vries@kpn.nl!", "mail [e-mail]!"),
        ("NL91 ABNA 0417 1643 00 graag", "[IBAN] graag"),
        ("nl91abna0417164300", "[IBAN]"),
        ("bsn 111222333", "bsn [BSN]"),
        ("bsn 1112.22.333.", "bsn [BSN]."),
        ("pas 4111 1111 1111 1111 geweigerd", "pas [card] geweigerd"),
        ("bel 06-12345678 of +31 20 794 0800", "bel [tel] of [tel]"),
        ("ik woon op 1234 AB 12a in Ede", "ik woon op [postcode] in Ede"),
        ("ik woon op 1234 ab 12 in Ede", "ik woon op [postcode] in Ede"),
        ("1234ab", "[postcode]"),
        ("vraag het @kim of @kim@social.example", "vraag het [@] of [@]"),
    ],
)
def test_what_identifies_somebody_is_taken_out(text, left):
    assert redact(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Op 12-03-2026 om 14:30 viel de stroom uit.",
        "Het kost 1.250,00 euro in 2026 en 12% meer.",
        "Storing in postcodes 1741 tot 1751, sinds 18:50.",
        "Ticket #123456, bestelling 7654321.",
        "Meter 2019 is van mei.",
    ],
)
def test_ordinary_numbers_stay(text):
    assert redact(text) == text


def test_names_go_as_words_only():
    said = redact(
        "Kim zei tegen KIM DE VRIES dat Kimberly belt", ["Kim", "Kim de Vries"]
    )

    assert said == "[…] zei tegen […] dat Kimberly belt"


@pytest.mark.parametrize("piece", ["a", "1 ", "@", "1.", "NL91", "+31", "a@", "1234 A"])
def test_of_an_endless_text_no_more_than_the_beginning_is_looked_at(piece):
    assert len(redact(piece * 100_000)) <= 2 * MOST
