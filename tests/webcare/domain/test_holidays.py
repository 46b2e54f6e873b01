"""Days that a desk is asked about: suggested by country, or read from a file."""

import subprocess
import sys
import time
from datetime import date, datetime
from datetime import time as clock

import pytest

from webcare.domain.calendars import Exceptional, Holiday, read_definition
from webcare.domain.calendars.ical import merged, read_ical
from webcare.domain.calendars.suggestions import suggestions
from webcare.exceptions import Invalid

TODAY = date(2026, 11, 27)
EMPTY = read_definition({"time_zone": "Europe/Amsterdam", "week": {}})


def of(year, country="NL", region=""):
    return {one.day: one for one in suggestions(country, region, {year})}


def usual(year):
    return {day for day, one in of(year).items() if one.suggested}


def test_the_netherlands_close_on_these_days_in_2026():
    assert usual(2026) == {
        date(2026, 1, 1),
        date(2026, 4, 5),
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 14),
        date(2026, 5, 24),
        date(2026, 5, 25),
        date(2026, 12, 25),
        date(2026, 12, 26),
    }


def test_good_friday_is_offered_and_most_desks_work():
    friday = of(2026)[date(2026, 4, 3)]

    assert friday.names == {"nl": "Goede vrijdag", "en": "Good Friday"}
    assert (friday.kind, friday.suggested) == ("public", False)


@pytest.mark.parametrize(
    ("year", "suggested"), [(2025, True), (2026, False), (2029, False), (2030, True)]
)
def test_liberation_day_is_free_once_in_five_years(year, suggested):
    day = of(year)[date(year, 5, 5)]

    assert day.names["nl"] == "Bevrijdingsdag"
    assert day.suggested is suggested


@pytest.mark.parametrize(
    ("year", "day"), [(2025, 26), (2026, 27), (2027, 27), (2031, 26), (2032, 27)]
)
def test_kings_day_moves_to_saturday_when_it_would_be_a_sunday(year, day):
    found = [one for one in of(year).values() if one.names["nl"] == "Koningsdag"]

    assert [one.day for one in found] == [date(year, 4, day)]
    assert found[0].suggested


def test_evenings_on_which_desks_go_home_early_are_offered_and_not_suggested():
    early = [one for one in of(2026).values() if one.kind == "early"]

    assert [(one.day.month, one.day.day) for one in early] == [
        (12, 5),
        (12, 24),
        (12, 31),
    ]
    assert {one.closes_at for one in early} == {clock(17)}
    assert not any(one.suggested for one in early)


def test_regions_have_days_of_their_own():
    corpus_christi = date(2026, 6, 4)

    assert corpus_christi in of(2026, "DE", "BY")
    assert corpus_christi not in of(2026, "DE", "BE")
    # Without Dutch in the library, the country's own words stand there.
    assert of(2026, "DE")[date(2026, 12, 25)].names["en"] == "Christmas Day"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (("XX", "", {2026}), "country"),
        (("NLD", "", {2026}), "country"),
        (("__import__", "", {2026}), "country"),
        (("NL", "Limburg", {2026}), "region"),
        (("NL", "", {1800}), "year"),
        (("NL", "", set(range(2020, 2026))), "year"),
        (("NL", "", set()), "year"),
    ],
)
def test_what_is_not_known_is_told(asked, field):
    with pytest.raises(Invalid) as refused:
        suggestions(*asked)

    assert list(refused.value.errors) == [field]


def test_no_library_is_loaded_before_somebody_asks():
    code = (
        "import sys; import webcare.domain.calendars.ical; "
        "import webcare.domain.calendars.suggestions; "
        "print([n for n in ('holidays', 'icalendar', 'recurring_ical_events', "
        "'dateutil') if n in sys.modules])"
    )

    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == "[]"


# --- files ------------------------------------------------------------------------


def ical(*events, version="2.0"):
    lines = ["BEGIN:VCALENDAR", f"VERSION:{version}", "PRODID:test"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def event(start, *more, summary="Dicht", uid=""):
    lines = [f"DTSTART{start}", f"SUMMARY:{summary}", *more]
    return [*lines, f"UID:{uid}"] if uid else lines


def read(*events, definition=EMPTY):
    return read_ical(ical(*events), definition, TODAY)


def test_a_whole_day_is_a_holiday():
    found = read(event(";VALUE=DATE:20261005", "TRANSP:TRANSPARENT"))

    assert found.holidays == [Holiday(date(2026, 10, 5), "Dicht")]
    assert (found.extras, found.refused) == ([], [])


def test_more_days_on_end_are_one_closure():
    found = read(event(";VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261228"))

    assert found.extras == [
        Exceptional(False, datetime(2026, 12, 24), datetime(2026, 12, 28), "Dicht")  # noqa: DTZ001
    ]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (
            "DTSTART;TZID=Europe/Amsterdam:20261005T140000",
            "DTEND;TZID=Europe/Amsterdam:20261005T170000",
        ),
        ("DTSTART:20261005T120000Z", "DTEND:20261005T150000Z"),
        ("DTSTART:20261005T140000", "DURATION:PT3H"),
        ("DTSTART;TZID=Asia/Tokyo:20261005T210000", "DURATION:PT3H"),
    ],
)
def test_hours_are_told_on_the_wall_where_the_desk_is(start, end):
    [extra] = read([start, end, "SUMMARY:Training"]).extras

    assert extra.as_data() == {
        "open": False,
        "from": "2026-10-05T14:00",
        "until": "2026-10-05T17:00",
        "reason": "Training",
    }


def test_what_returns_every_year_is_there_in_the_years_ahead():
    found = read(
        event(";VALUE=DATE:20200427", "RRULE:FREQ=YEARLY", "EXDATE;VALUE=DATE:20270427")
    )

    assert [one.day for one in found.holidays] == [date(2026, 4, 27), date(2028, 4, 27)]


def test_what_is_moved_or_cancelled_once_is_so():
    series = event(";VALUE=DATE:20260105", "RRULE:FREQ=MONTHLY;COUNT=3", uid="s")
    moved = event(";VALUE=DATE:20260209", "RECURRENCE-ID;VALUE=DATE:20260205", uid="s")
    gone = event(
        ";VALUE=DATE:20260305",
        "RECURRENCE-ID;VALUE=DATE:20260305",
        "STATUS:CANCELLED",
        uid="s",
    )

    found = read(moved, series, gone)

    assert [one.day for one in found.holidays] == [date(2026, 1, 5), date(2026, 2, 9)]


def test_past_years_and_far_ones_are_left_alone():
    found = read(event(";VALUE=DATE:20201005"), event(";VALUE=DATE:20301005"))

    assert (found.holidays, found.extras, found.refused) == ([], [], [])


def test_what_is_there_already_stays_and_a_second_time_adds_nothing():
    own = {
        "date": "2026-10-05",
        "name": "Eigen dag",
        "hours": [{"from": "09:00", "until": "12:00"}],
    }
    definition = read_definition(EMPTY.as_data() | {"holidays": [own]})
    events = (
        event(";VALUE=DATE:20261005"),
        event(":20261006T100000", "DURATION:PT1H"),
    )

    once = merged(definition, read(*events, definition=definition))
    twice = read(*events, definition=once)

    assert once.holidays == definition.holidays
    assert (twice.holidays, twice.extras, twice.already_there) == ([], [], 2)


def test_an_opening_that_was_planned_wins_from_what_a_file_closes():
    opening = {
        "open": True,
        "from": "2026-10-05T08:00",
        "until": "2026-10-05T12:00",
        "reason": "Storing",
    }
    definition = read_definition(EMPTY.as_data() | {"extras": [opening]})

    whole = merged(
        definition,
        read(event(":20261005T080000", "DURATION:PT8H"), definition=definition),
    )

    assert [one.is_open for one in whole.extras] == [False, True]


@pytest.mark.parametrize(
    "lines",
    [
        event(":20269999"),
        ["SUMMARY:No beginning"],
        event(";TZID=Europe/Atlantis:20261005T100000", "DURATION:PT1H"),
        event(":20261005T100000", "DTEND:20261004T100000"),
        event(":20261005T100000"),  # no length
        event(";VALUE=DATE:19000101", "RRULE:FREQ=YEARLY"),
        event(":20261005T100000", "DURATION:PT1H", "RRULE:FREQ=FOO"),
        event(":20261005T100000", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"),
        event(":20261005T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;BYHOUR=1,2,3"),
        event(";VALUE=DATE:20260101", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
        event(";VALUE=DATE:20260101", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        event(";VALUE=DATE:20260101", "RRULE:FREQ=MONTHLY;BYDAY=6MO"),
        event(";VALUE=DATE:20260131", "RRULE:FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31"),
        event(";VALUE=DATE:20260101", "DTSTART;VALUE=DATE:20260102"),
        event(";VALUE=DATE:20260101", "RRULE:FREQ=DAILY", "RRULE:FREQ=YEARLY"),
        ["nonsense", *event(";VALUE=DATE:20260101")],
    ],
)
def test_an_event_that_cannot_be_read_is_told_by_its_line_and_summary(lines):
    began = time.process_time()

    found = read(event(";VALUE=DATE:20261005"), [*lines, "X-LAST:1"])

    [refused] = found.refused
    assert refused.line == 8
    assert refused.reason
    assert refused.summary in {"Dicht", "No beginning"}
    assert found.holidays == [Holiday(date(2026, 10, 5), "Dicht")]
    assert time.process_time() - began < 2


def test_rules_cannot_keep_the_machine_busy():
    began = time.process_time()

    found = read(
        *[
            event(";VALUE=DATE:19900101", "RRULE:FREQ=DAILY", uid=str(n))
            for n in range(500)
        ]
    )

    assert found.refused
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "text",
    ["", "hello", "<html>", ical(), ical(*[event(":20260101")] * 1001), "x" * 500_001],
)
def test_what_is_no_calendar_is_refused_whole(text):
    with pytest.raises(Invalid) as refused:
        read_ical(text, EMPTY, TODAY)

    assert list(refused.value.errors) == ["ical"]


def test_a_summary_is_plain_and_short():
    [holiday] = read(
        event(";VALUE=DATE:20261005", summary="A\\nB\u202e" + "x" * 200)
    ).holidays

    assert len(holiday.name) <= 100
    assert holiday.name.isprintable()
