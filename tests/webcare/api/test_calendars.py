"""Calendars over the API: set up, explained, imported."""

import pytest

from webcare.models import CalendarVersion

OFFICE = [{"from": "09:00", "until": "17:00"}]
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OPEN = {
    "time_zone": "Europe/Amsterdam",
    "week": dict.fromkeys(WORKDAYS, OFFICE),
    "holidays": [{"date": "2026-04-27", "name": "Koningsdag"}],
}
BODY = {"slug": "office", "name": "Kantoor", **OPEN}
FILE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
    "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20{year}0105\r\nSUMMARY:Heisessie\r\n"
    "{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def admin(as_client, root):
    client = as_client(root)

    def send(verb, path, body=None, kind="application/json", **headers):
        return getattr(client, verb)(
            f"/api/v1/{path}",
            *([] if verb == "get" else [body or {}, kind]),
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    return send


@pytest.fixture
def office(admin):
    made = admin("post", "calendars", BODY)
    assert made.status_code == 201
    return made.json()


def test_what_is_left_out_is_closed(office):
    assert office["week"]["monday"] == OFFICE
    assert office["week"]["sunday"] == []
    assert office["holidays"] == [
        {"date": "2026-04-27", "name": "Koningsdag", "hours": []}
    ]
    assert (office["version"], office["number"], office["queues"]) == (1, 1, [])


def test_a_mistake_is_told_under_its_path(admin):
    body = {**BODY, "week": {"monday": [{"from": "17:00"}]}, "time_zone": "Mars"}

    refused = admin("post", "calendars", body)

    assert refused.status_code == 422
    assert set(refused.json()["errors"]) == {"time_zone", "week.monday.0"}


def test_a_calendar_that_never_opens_says_so(admin):
    refused = admin("post", "calendars", {**BODY, "week": {}})

    assert refused.status_code == 422
    assert "not open for a minute" in refused.json()["errors"]["week"][0]


def test_an_address_of_its_own_is_no_name(admin):
    assert admin("post", "calendars", {**BODY, "slug": "holidays"}).status_code == 422


def test_a_part_is_changed_and_the_rest_stays(admin, office):
    extra = {
        "open": True,
        "from": "2026-12-25T22:00",
        "until": "2026-12-26T04:00",
        "reason": "Storing",
    }

    changed = admin(
        "patch", "calendars/office", {"extras": [extra]}, if_match='"1"'
    ).json()

    assert changed["extras"] == [extra]
    assert changed["week"] == office["week"]
    assert (changed["version"], changed["number"]) == (2, 2)
    first = admin("get", "calendars/office/versions/1").json()
    assert first["extras"] == []
    assert admin("get", "calendars/office/versions/3").status_code == 404


def test_a_stale_edit_is_refused(admin, office):
    admin("patch", "calendars/office", {"name": "Bureau"}, if_match='"1"')

    assert (
        admin("patch", "calendars/office", {"name": "X"}, if_match='"1"').status_code
        == 412
    )
    assert admin("delete", "calendars/office", if_match='"1"').status_code == 412


def test_versions_are_listed_the_newest_first_in_pages(admin, office, root):
    for day in (1, 2):
        holidays = [{"date": f"2026-12-0{day}", "name": "Vrij"}]
        admin("patch", "calendars/office", {"holidays": holidays})

    first = admin("get", "calendars/office/versions?limit=2").json()
    rest = admin("get", first["next"].split("/api/v1/")[1]).json()

    assert [one["number"] for one in first["results"]] == [3, 2]
    assert [one["number"] for one in rest["results"]] == [1]
    assert first["results"][0]["made_by"]["id"] == str(root.public_id)


def test_a_queue_is_given_its_hours_and_the_calendar_stays_while_it_has_them(
    admin, office, shop_queue
):
    queue = admin("patch", "queues/shop", {"calendar": "office"}).json()

    assert queue["calendar"] == "office"
    assert admin("get", "calendars/office").json()["queues"] == ["shop"]
    assert admin("delete", "calendars/office").status_code == 409
    admin("patch", "queues/shop", {"calendar": None})
    assert admin("delete", "calendars/office").status_code == 204
    assert admin("get", "calendars").json() == []
    assert admin("get", "calendars/office").json()["retired_at"]
    refused = admin("patch", "queues/shop", {"calendar": "office"})
    assert list(refused.json()["errors"]) == ["calendar"]


def test_a_week_is_explained(admin, office):
    told = admin(
        "get",
        "calendars/office/explain?from=2026-04-24T14:30:00Z&to=2026-04-28T07:15:00Z",
    ).json()

    assert told["open_seconds"] == 45 * 60
    assert [
        (one["start"], one["is_open"], one["why"], one["name"]) for one in told["spans"]
    ] == [
        ("2026-04-24T14:30:00Z", True, "hours", ""),
        ("2026-04-24T15:00:00Z", False, "hours", ""),
        ("2026-04-26T22:00:00Z", False, "holiday", "Koningsdag"),
        ("2026-04-27T22:00:00Z", False, "hours", ""),
        ("2026-04-28T07:00:00Z", True, "hours", ""),
    ]


def test_when_a_promise_is_due_is_explained(admin, office):
    told = admin(
        "get", "calendars/office/explain?from=2026-11-27T15:45:00Z&seconds=1800"
    ).json()

    assert told["end"] == "2026-11-30T08:15:00Z"
    assert told["open_seconds"] == 1800
    assert sum(one["is_open"] for one in told["spans"]) == 2


def test_an_older_version_explains_what_it_said(admin, office):
    admin("patch", "calendars/office", {"holidays": []})
    asked = "calendars/office/explain?from=2026-04-27T00:00:00Z&to=2026-04-28T00:00:00Z"

    assert admin("get", asked).json()["open_seconds"] == 8 * 3600
    assert admin("get", f"{asked}&number=1").json()["open_seconds"] == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=yesterday", "from"),
        ("from=2026-01-01T00:00:00Z&to=2025-01-01T00:00:00Z", "to"),
        ("from=2026-01-01T00:00:00Z&to=2028-01-01T00:00:00Z", "to"),
        ("from=2026-01-01T00:00:00Z&seconds=20000000", "seconds"),
        ("seconds=-1", "seconds"),
        ("seconds=99999999999999999999", "seconds"),
        ("seconds=1&to=2026-01-01T00:00:00Z", "seconds"),
        ("from=9999-12-31T23:00:00Z", "from"),
        ("number=x", "number"),
        ("until=2026-01-01T00:00:00Z", "until"),
    ],
)
def test_a_question_without_an_answer_is_refused(admin, office, query, field):
    refused = admin("get", f"calendars/office/explain?{query}")

    assert refused.status_code == 422
    assert field in refused.json()["errors"]


def test_holidays_are_suggested(admin):
    told = admin("get", "calendars/holidays?country=NL&year=2026").json()

    [kings_day] = [one for one in told if one["date"] == "2026-04-27"]
    assert kings_day == {
        "date": "2026-04-27",
        "names": {"nl": "Koningsdag", "en": "King's Day"},
        "kind": "public",
        "suggested": True,
        "closes_at": None,
    }
    [eve] = [one for one in told if one["date"] == "2026-12-24"]
    assert (eve["suggested"], eve["closes_at"]) == (False, "17:00")
    for query in ("country=ZZ", "year=20xx", "region=Mars"):
        assert admin("get", f"calendars/holidays?{query}").status_code == 422


def test_a_file_is_tried_and_then_added_in_one_version(admin, office):
    address, file = "calendars/office/import", FILE.format(year=27, more="")

    tried = admin("post", f"{address}?dry_run=true", file, "text/calendar").json()
    assert tried["applied"] is False
    assert CalendarVersion.objects.count() == 1
    added = admin("post", address, {"ical": file}).json()
    again = admin("post", address, file, "text/calendar").json()

    one = [{"date": "2027-01-05", "name": "Heisessie", "hours": []}]
    assert tried["holidays"] == added["holidays"] == one
    assert (again["holidays"], again["already_there"]) == ([], 1)
    calendar = admin("get", "calendars/office").json()
    assert [day["name"] for day in calendar["holidays"]] == ["Koningsdag", "Heisessie"]
    assert calendar["number"] == 2


def test_with_an_event_that_cannot_be_read_nothing_is_added(admin, office):
    bad = FILE.format(year=27, more="") + FILE.format(
        year=27, more="RRULE:FREQ=HOURLY\r\n"
    )
    address = "calendars/office/import"

    tried = admin("post", f"{address}?dry_run=true", bad, "text/calendar").json()
    refused = admin("post", address, bad, "text/calendar")

    [event] = tried["refused"]
    assert (event["line"], event["summary"]) == (12, "Heisessie")
    assert len(tried["holidays"]) == 1
    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["ical.12"]
    assert CalendarVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("hello", "text/calendar", 422),
        (b"\xff\xfe", "text/calendar", 400),
        ({"ical": ""}, "application/json", 422),
        ({"ical": "x" * 500_001}, "application/json", 422),
        ("x", "text/plain", 415),
    ],
)
def test_what_is_no_calendar_is_refused(admin, office, body, kind, status):
    assert admin("post", "calendars/office/import", body, kind).status_code == status


def test_a_lead_reads_calendars_and_changes_none(as_client, lena, office):
    client = as_client(lena)

    assert client.get("/api/v1/calendars/office").status_code == 200
    assert client.get("/api/v1/calendars/office/explain").status_code == 200
    for verb, path, body in (
        ("post", "calendars", BODY),
        ("patch", "calendars/office", {"name": "X"}),
        ("delete", "calendars/office", {}),
        ("post", "calendars/office/import", {"ical": FILE.format(year=27, more="")}),
    ):
        answer = getattr(client, verb)(f"/api/v1/{path}", body, "application/json")
        assert answer.status_code == 403
