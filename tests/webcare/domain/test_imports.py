"""Exports as other tools write them: encodings, delimiters, headings, dates."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from webcare.domain.import_dates import DayOrder, Unreadable, moment, order_of
from webcare.domain.imports import Reader, delimiter_of, guess, opened, rows_of

HERE = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        ("Bericht;Datum\né;1-1-2026".encode(), "utf-8"),
        ("\ufeffBericht;Datum\né;1-1-2026".encode(), "utf-8"),
        ("Bericht;Datum\né;1-1-2026".encode("utf-16"), "utf-16"),
        ("Bericht;Datum\né;1-1-2026".encode("cp1252"), "cp1252"),
    ],
)
def test_an_encoding_is_told(body, encoding):
    found = opened(body)

    assert found.encoding == encoding
    assert found.text.startswith("Bericht")
    assert "é" in found.text


def test_what_is_no_text_is_refused():
    with pytest.raises(ValueError, match="CSV"):
        opened(b"PK\x03\x04\x00\x00\x00")


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_a_delimiter_is_told(sign):
    rows = [["id", "text", "date"], ["1", "Hello there", "2026-01-01"]] * 5
    assert delimiter_of("\n".join(sign.join(row) for row in rows)) == sign


def test_reading_goes_on_where_it_stopped_within_quotes_too():
    text = 'a,b\n1,"two\nlines"\n\n3,"four, five"\r\n6,é\n'
    every = list(rows_of(text, ","))
    for place, _row in every:
        rest = [row for at, row in every if at > place]
        assert [row for _at, row in rows_of(text, ",", place)] == rest

    assert [row for _at, row in every][1] == ["1", "two\nlines"]


@pytest.mark.parametrize(
    ("headings", "known"),
    [
        (
            ["Ticket ID", "Created At", "Customer Name", "Message", "First reply at"],
            {"thread": 0, "posted_at": 1, "author": 2, "text": 3, "answered_at": 4},
        ),
        (
            ["Ticketnummer", "Aangemaakt op", "Klantnaam", "Bericht", "Beantwoord op"],
            {"thread": 0, "posted_at": 1, "author": 2, "text": 3, "answered_at": 4},
        ),
        (
            ["bericht_id", "Richting", "Afzender", "Tekst", "Datum/tijd", "Taal"],
            {
                "id": 0, "direction": 1, "author": 2, "text": 3, "posted_at": 4,
                "language": 5,
            },
        ),
        (["foo", "bar"], {}),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_headings(headings, known):
    assert guess(headings) == known


@pytest.mark.parametrize(
    ("text", "order", "when"),
    [
        ("2026-03-01 09:30", DayOrder.MONTH_FIRST, "2026-03-01T09:30:00+01:00"),
        ("2026-03-01T09:30:00Z", DayOrder.DAY_FIRST, "2026-03-01T09:30:00+00:00"),
        ("2026-03-01 09:30:00 UTC", DayOrder.DAY_FIRST, "2026-03-01T09:30:00+00:00"),
        ("01-03-2026 09:30", DayOrder.DAY_FIRST, "2026-03-01T09:30:00+01:00"),
        ("1/3/2026 9:30:05", DayOrder.DAY_FIRST, "2026-03-01T09:30:05+01:00"),
        ("03/01/2026 9:30 PM", DayOrder.MONTH_FIRST, "2026-03-01T21:30:00+01:00"),
        ("1.7.26 9:30", DayOrder.DAY_FIRST, "2026-07-01T09:30:00+02:00"),
        ("1 maart 2026 09:30", DayOrder.MONTH_FIRST, "2026-03-01T09:30:00+01:00"),
        ("zo 1 mrt 2026", DayOrder.DAY_FIRST, "2026-03-01T00:00:00+01:00"),
        ("1772353800", DayOrder.DAY_FIRST, "2026-03-01T08:30:00+00:00"),
    ],
)
def test_dates_are_read_as_people_write_them(text, order, when):
    assert moment(text, order, HERE) == datetime.fromisoformat(when)


@pytest.mark.parametrize("text", ["13-13-2026", "31-02-2026", "tomorrow", "1-2", ""])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(Unreadable):
        moment(text, DayOrder.DAY_FIRST, HERE)


def test_dates_tell_which_number_is_the_day_or_that_they_do_not():
    assert order_of(["01-02-2026", "13-02-2026"]) == (DayOrder.DAY_FIRST, True)
    assert order_of(["01/02/2026", "02/13/2026"]) == (DayOrder.MONTH_FIRST, True)
    assert order_of(["01/02/2026", "03/04/2026"]) == (DayOrder.DAY_FIRST, False)
    assert order_of(["2026-01-02"]) == (DayOrder.DAY_FIRST, True)


def reader(**columns):
    return Reader(columns, DayOrder.DAY_FIRST, HERE, NOW)


def test_a_row_is_a_question_and_its_answer_all_of_it_history():
    said = reader(text=0, posted_at=1, author=2, answered_at=3).read(
        ["Where is it?", "1-3-2026 09:00", "Kim", "1-3-2026 10:00"]
    )

    question, answer = said.items
    assert (question["text"], question["outbound"]) == ("Where is it?", False)
    assert (answer["outbound"], answer["thread"]) == (True, question["thread"])
    assert all(one["history"] for one in said.items)


def test_the_same_row_has_the_same_name_and_another_one_another():
    read = reader(text=0, posted_at=1).read
    first, again = (read(["Hi", "1-3-2026"]).items[0] for _ in range(2))
    other = read(["Hi", "2-3-2026"]).items[0]

    assert first["external_id"] == again["external_id"] != other["external_id"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["", "1-3-2026", ""], "Nothing was written."),
        (["Hi", "", ""], "There is no date."),
        (["Hi", "soon", ""], "“soon” is no date that can be read."),
        (["Hi", "1-3-2036", ""], "“1-3-2036” is still to come."),
        (["Hi", "1-3-2026", "1-2-2026"], "The answer stands before the question."),
        (["Hi"], "There is no date."),
    ],
)
def test_a_row_that_says_nothing_says_why(row, why):
    said = reader(text=0, posted_at=1, answered_at=2).read(row)

    assert said == ((), (why,))
