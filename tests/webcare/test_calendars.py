"""Calendars that are kept: made, changed by versions, taken out of use."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from conversations.models.bulk import fetch
from webcare.actions.calendars import change_calendar, make_calendar, retire_calendar
from webcare.actions.setup import change_queue, make_queue
from webcare.domain.permissions import Role
from webcare.exceptions import InUse, Invalid, NotAllowed, NotFound, StaleVersion
from webcare.models import AuditEntry, CalendarVersion, Membership, Queue, User
from webcare.queries import calendars

OFFICE = [{"from": "09:00", "until": "17:00"}]
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
DEFINITION = {"time_zone": "Europe/Amsterdam", "week": dict.fromkeys(WORKDAYS, OFFICE)}
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def make(root):
    def make(slug="office", definition=DEFINITION, **fields):
        fields = {"user": root, "name": slug.title()} | fields
        return make_calendar(slug=slug, definition=definition, **fields)

    return make


@pytest.fixture
def office(make):
    return make()


def numbers(calendar):
    return list(calendars.versions_of(calendar).values_list("number", flat=True))


def test_what_is_made_is_counted_with(office):
    version = calendars.current_version(office)

    [(pk, counted)] = calendars.compiled([version.pk]).items()

    assert pk == version.pk
    assert counted.open_seconds(MONDAY, MONDAY.replace(day=30, hour=23)) == 8 * 3600


def test_a_change_is_a_version_of_its_own_and_the_one_before_stays(office, root):
    before = calendars.current_version(office)

    change_calendar(
        user=root,
        calendar=office,
        definition={"holidays": [{"date": "2026-11-30", "name": "Verhuizing"}]},
    )

    after = calendars.current_version(office)
    assert numbers(office) == [2, 1]
    assert after.made_by == root
    counted = calendars.compiled([before.pk, after.pk])
    end = MONDAY.replace(hour=23)
    assert counted[before.pk].open_seconds(MONDAY, end) == 8 * 3600
    assert counted[after.pk].open_seconds(MONDAY, end) == 0


def test_what_says_the_same_makes_no_version(office, root):
    unsorted = {"week": {"tuesday": OFFICE, **dict.fromkeys(WORKDAYS, OFFICE)}}

    change_calendar(user=root, calendar=office, definition=unsorted)
    change_calendar(user=root, calendar=office, name="Office")

    office.refresh_from_db()
    assert numbers(office) == [1]
    assert office.version == 1


def test_a_new_name_is_a_change_but_no_version(office, root):
    change_calendar(user=root, calendar=office, name="Kantoor")

    office.refresh_from_db()
    assert (office.name, office.version, numbers(office)) == ("Kantoor", 2, [1])


def test_a_change_on_an_older_version_is_refused(office, root):
    change_calendar(user=root, calendar=office, version=1, name="Kantoor")

    with pytest.raises(StaleVersion):
        change_calendar(user=root, calendar=office, version=1, name="Bureau")


@pytest.mark.parametrize("change", ["UPDATE {} SET number = 9", "DELETE FROM {}"])
def test_what_a_calendar_said_is_never_rewritten(office, change):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        fetch(change.format("webcare_calendarversion"), [])

    assert numbers(office) == [1]


@pytest.mark.parametrize(
    "definition",
    [
        {"time_zone": "Europe/Amsterdam"},
        {
            "time_zone": "Europe/Amsterdam",
            "holidays": [{"date": "2025-01-01", "name": "Past", "hours": OFFICE}],
        },
        DEFINITION
        | {
            "extras": [
                {
                    "open": False,
                    "from": "1990-01-01T00:00",
                    "until": "2099-12-31T23:59",
                    "reason": "Closed down",
                }
            ]
        },
    ],
)
def test_a_calendar_that_does_not_open_any_more_is_refused_when_saved(
    make, office, root, definition
):
    with pytest.raises(Invalid) as made:
        make("never", definition)
    with pytest.raises(Invalid) as changed:
        emptied = {"week": {}, "holidays": [], "extras": []} | definition
        change_calendar(user=root, calendar=office, definition=emptied)

    for refused in (made, changed):
        assert "not open for a minute" in refused.value.errors["week"][0]
    assert numbers(office) == [1]


def test_there_is_one_default_and_making_another_ends_it(make):
    first, second = make("first", is_default=True), make("second", is_default=True)

    first.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)
    # Whoever edits the first has to see that it changed.
    assert first.version == 2


def test_a_queue_is_open_by_its_own_calendar_or_by_the_default(
    make, root, shop_queue, power_queue
):
    own, usual = make("own"), make("usual", is_default=True)
    change_queue(user=root, queue=power_queue, calendar=own)

    found = calendars.current_versions([shop_queue.pk, power_queue.pk, None])

    by_own, by_default = (calendars.current_version(one).pk for one in (own, usual))
    assert found == {
        power_queue.pk: by_own,
        shop_queue.pk: by_default,
        None: by_default,
    }


def test_without_any_calendar_a_queue_is_in_calendar_time(office, shop_queue):
    assert calendars.current_versions([shop_queue.pk]) == {shop_queue.pk: None}


def test_the_newest_version_holds(make, root, shop_queue):
    usual = make(is_default=True)
    for day in range(1, 12):
        holidays = [{"date": f"2026-12-{day:02}", "name": "Vrij"}]
        change_calendar(user=root, calendar=usual, definition={"holidays": holidays})

    [version] = calendars.current_versions([shop_queue.pk]).values()

    assert CalendarVersion.objects.get(pk=version).number == 12


def test_what_was_read_is_not_read_again(make, django_assert_num_queries):
    ids = [calendars.current_version(make(f"c{n}")).pk for n in range(5)]
    calendars.compiled(ids[:2])

    with django_assert_num_queries(1):
        first = calendars.compiled(ids)
    with django_assert_num_queries(0):
        assert calendars.compiled(ids) == first
        assert calendars.compiled([]) == {}


def test_no_more_calendars_are_kept_than_fit(make, django_assert_num_queries):
    ids = [
        calendars.current_version(make(f"c{n}")).pk
        for n in range(calendars.MOST_KEPT + 1)
    ]
    for pk in ids:
        calendars.compiled([pk])

    with django_assert_num_queries(0):
        calendars.compiled(ids[1:])
    with django_assert_num_queries(1):
        calendars.compiled(ids[:1])


def test_a_version_that_is_not_there_is_not_made_up(db):
    with pytest.raises(NotFound):
        calendars.compiled([0])


def test_a_calendar_in_use_is_not_retired(make, root, shop_queue):
    own, usual = make("own"), make("usual", is_default=True)
    change_queue(user=root, queue=shop_queue, calendar=own)

    with pytest.raises(InUse, match="open by it: shop"):
        retire_calendar(user=root, calendar=own)
    with pytest.raises(InUse, match="another calendar the default"):
        retire_calendar(user=root, calendar=usual)


def test_a_retired_calendar_is_kept_for_what_began_under_it(office, root, shop_queue):
    version = calendars.current_version(office).pk

    retire_calendar(user=root, calendar=office)
    retire_calendar(user=root, calendar=office)

    assert calendars.calendars(root) == []
    assert calendars.compiled([version])
    with pytest.raises(Invalid):
        change_queue(user=root, queue=shop_queue, calendar=office)
    with pytest.raises(Invalid):
        make_queue(user=root, slug="new", name="New", calendar=office)
    with pytest.raises(Invalid):
        change_calendar(user=root, calendar=office, name="Again")


def test_a_name_is_used_once(make, office):
    with pytest.raises(Invalid) as refused:
        make(office.slug)

    assert list(refused.value.errors) == ["slug"]


def test_every_change_is_on_the_trail(office, root):
    change_calendar(user=root, calendar=office, name="Kantoor")
    retire_calendar(user=root, calendar=office)

    trail = AuditEntry.objects.order_by("id").values_list("what", "who", "about")
    assert list(trail) == [
        (what, root.pk, "calendar:office")
        for what in ("calendar_made", "calendar_changed", "calendar_retired")
    ]


@pytest.mark.parametrize("who", ["ada", "lena"])
def test_only_who_sets_the_desk_up_changes_calendars(request, office, make, who):
    user = request.getfixturevalue(who)

    for change in (
        lambda: make("new", user=user),
        lambda: change_calendar(user=user, calendar=office, name="X"),
        lambda: retire_calendar(user=user, calendar=office),
    ):
        with pytest.raises(NotAllowed):
            change()


def test_who_works_for_somebody_else_knows_the_calendars_of_their_queues(
    make, root, shop_queue, power_queue
):
    make("usual", is_default=True)
    Queue.objects.filter(pk=shop_queue.pk).update(calendar=make("own"))
    Queue.objects.filter(pk=power_queue.pk).update(calendar=make("other"))
    guest = User.objects.create_user("guest", is_external=True)
    Membership.objects.create(user=guest, queue=shop_queue, role=Role.AGENT)

    assert [row.calendar.slug for row in calendars.calendars(guest)] == ["own", "usual"]
    with pytest.raises(NotFound):
        calendars.calendar_for(guest, "other")
