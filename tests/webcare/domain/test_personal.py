import pytest

from webcare.domain.personal import personal_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("We called you on 06-12345678.", ["phone"]),
        ("Mail went to kim@example.nl", ["mail"]),
        ("Terug op NL91 ABNA 0417 1643 00", ["iban"]),
        ("Klopt 1234 AB 12?", ["address"]),
        ("Uw klantnummer is 12345678", ["customer"]),
        ("customer number: 998877", ["customer"]),
        ("kim@example.nl, 06 12345678", ["mail", "phone"]),
    ],
)
def test_what_it_is_is_named(text, found):
    assert personal_in(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thank you @kim, tomorrow between 10 and 12.",
        "Call us on 0800 1234567 or 088 123 45 67.",
        "Er is op 2026 om 10 uur meer bekend over [e-mail] en [tel].",
        "See https://example.nl/outages/0612345678",
    ],
)
def test_what_a_desk_says_of_itself_is_not_personal(text):
    assert personal_in(text) == []
