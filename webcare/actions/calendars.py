"""Calendars: made, changed, renamed, taken out of use."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.queries.clock import database_now
from webcare.actions.audit import audit
from webcare.domain import calendars as domain
from webcare.domain.calendars.ical import Found, merged, read_ical
from webcare.domain.permissions import Permission
from webcare.exceptions import InUse, Invalid, StaleVersion, taken
from webcare.models import Calendar, CalendarVersion, Queue, User
from webcare.queries.calendars import current_version
from webcare.queries.people import require

RESERVED = {"holidays"}  # an address of its own
MOST_CALENDARS = 100
# A calendar that is saved opens within so many days, or it is a mistake.
DAYS_AHEAD = 400


@transaction.atomic
def make_calendar(
    *, user: User, slug: str, name: str, definition: Any, is_default: bool = False
) -> Calendar:
    """Make a calendar, and its first version.

    As the default it takes the place of the default before it. Raises NotAllowed, and
    Invalid with a sentence for each path of `definition` at fault.
    """
    require(user, Permission.SET_UP)
    if slug in RESERVED:
        raise taken("slug")
    checked = check_definition(definition)
    if len(_lock_all()) >= MOST_CALENDARS:
        most = {"most": MOST_CALENDARS}
        raise Invalid(slug=_("At most %(most)d calendars: retire one first.") % most)
    try:
        with transaction.atomic():
            made = Calendar.objects.create(slug=slug, name=name)
    except IntegrityError as error:
        raise taken("slug") from error
    _write_version(made, 1, checked, user)
    if is_default:
        _make_default(made)
    audit("calendar_made", who=user, about=_about(made), after=_told(made, 1))
    return made


@transaction.atomic
def change_calendar(
    *,
    user: User,
    calendar: Calendar,
    version: int | None = None,
    definition: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Calendar:
    """Change what a calendar says, its name, or whether it is the default.

    A definition that says something else is a version of its own; it may leave out
    the parts that stay. Promises that run keep the version they began under.
    `version` is that of the calendar the caller has seen. Raises NotAllowed, Invalid,
    StaleVersion.
    """
    require(user, Permission.SET_UP)
    calendar = _locked(calendar, version)
    kept = current_version(calendar)
    before = _told(calendar, kept.number)
    checked = check_definition({**kept.definition, **(definition or {})})
    number = kept.number
    if checked.as_data() != kept.definition:
        number += 1
        _write_version(calendar, number, checked, user)
    _write_fields(calendar, fields)
    after = _told(calendar, number)
    if after != before:
        _count_change(calendar)
        audit(
            "calendar_changed",
            who=user,
            about=_about(calendar),
            before=before,
            after=after,
        )
    return calendar


@transaction.atomic
def import_closures(
    *,
    user: User,
    calendar: Calendar,
    ical: str,
    version: int | None = None,
    dry_run: bool = False,
) -> Found:
    """Add the closed days of an iCalendar file to a calendar, as one new version.

    All of it or nothing: with an event that cannot be read nothing is changed, unless
    it is a `dry_run`, which changes nothing and tells of both. A day that is closed
    already stays as it is, so the same file twice is harmless. Raises NotAllowed,
    StaleVersion, and Invalid with a sentence for each line at fault.
    """
    require(user, Permission.SET_UP)
    calendar = _locked(calendar, version)
    kept = domain.read_definition(current_version(calendar).definition)
    today = database_now().astimezone(ZoneInfo(kept.time_zone)).date()
    found = read_ical(ical, kept, today)
    if dry_run:
        return found
    if found.refused:
        raise Invalid(
            **{
                f"ical.{one.line}": f"{one.summary}: {one.reason}"
                for one in found.refused
            }
        )
    data = merged(kept, found).as_data()
    change_calendar(user=user, calendar=calendar, definition=data)
    return found


@transaction.atomic
def retire_calendar(
    *, user: User, calendar: Calendar, version: int | None = None
) -> None:
    """Take a calendar out of use; promises that began under it go on under it.

    Harmless when repeated. Raises NotAllowed, StaleVersion, and InUse while a queue is
    open by it, or while it is the default.
    """
    require(user, Permission.SET_UP)
    calendar = _locked(calendar, version, is_retired=True)
    if calendar.retired_at:
        return
    _refuse_used(calendar)
    Calendar.objects.filter(pk=calendar.pk).update(retired_at=Now())
    _count_change(calendar)
    audit("calendar_retired", who=user, about=_about(calendar))


def check_definition(given: Any) -> domain.Definition:
    """Check what a calendar would say from now on. Raises Invalid.

    One that does not open in the time ahead would let every promise run for ever.
    """
    definition = domain.read_definition(given)
    now = database_now()
    ahead = now + timedelta(days=DAYS_AHEAD)
    if not domain.Calendar(definition).open_seconds(now, ahead):
        days = {"days": DAYS_AHEAD}
        raise Invalid(
            week=_(
                "With these hours, the desk is not open for a minute in the "
                "%(days)d days ahead."
            )
            % days
        )
    return definition


def lock_in_use(calendar: Calendar) -> None:
    """Keep a calendar in use until the transaction ends. Raises Invalid."""
    in_use = Calendar.objects.select_for_update(no_key=True).filter(
        pk=calendar.pk, retired_at=None
    )
    if not in_use.exists():
        raise Invalid(calendar=_("This calendar is out of use: choose another."))


def _lock_all() -> list[int]:
    """One change of calendars at a time: which one is the default is about all."""
    in_use = Calendar.objects.filter(retired_at=None).order_by("pk")
    return list(in_use.select_for_update(no_key=True).values_list("pk", flat=True))


def _locked(
    calendar: Calendar, version: int | None, *, is_retired: bool = False
) -> Calendar:
    _lock_all()
    found = Calendar.objects.select_for_update(no_key=True).get(pk=calendar.pk)
    if version is not None and version != found.version:
        raise StaleVersion(_("The calendar has changed: look at what is new."))
    if found.retired_at and not is_retired:
        raise Invalid(name=_("This calendar is out of use."))
    return found


def _refuse_used(calendar: Calendar) -> None:
    if calendar.is_default:
        raise InUse(_("Make another calendar the default first."))
    queues = Queue.objects.filter(calendar=calendar).order_by("slug")
    if names := list(queues.values_list("slug", flat=True)):
        used = {"queues": ", ".join(names)}
        raise InUse(_("Queues are open by it: %(queues)s.") % used)


def _write_version(
    calendar: Calendar, number: int, definition: domain.Definition, user: User
) -> None:
    CalendarVersion.objects.create(
        calendar=calendar,
        number=number,
        definition=definition.as_data(),
        made_by=user,
    )


def _write_fields(calendar: Calendar, fields: dict[str, Any]) -> None:
    if "name" in fields:
        calendar.name = fields["name"]
        calendar.save(update_fields=["name"])
    if fields.get("is_default") and not calendar.is_default:
        _make_default(calendar)
    elif fields.get("is_default") is False and calendar.is_default:
        calendar.is_default = False
        calendar.save(update_fields=["is_default"])


def _make_default(calendar: Calendar) -> None:
    for before in Calendar.objects.filter(is_default=True):
        before.is_default = False
        before.save(update_fields=["is_default"])
        _count_change(before)
    calendar.is_default = True
    calendar.save(update_fields=["is_default"])


def _count_change(calendar: Calendar) -> None:
    calendar.version += 1
    calendar.save(update_fields=["version"])


def _about(calendar: Calendar) -> str:
    return f"calendar:{calendar.slug}"


def _told(calendar: Calendar, number: int) -> dict[str, Any]:
    """What the trail keeps; the definition itself is in its version."""
    return {
        "name": calendar.name,
        "is_default": calendar.is_default,
        "definition": number,
    }
