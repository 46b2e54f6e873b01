"""Reports sent by themselves: once per instant, as their owner may see them then."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from conversations.models.bulk import insert
from conversations.queries.clock import database_now
from webcare.actions.audit import audit
from webcare.actions.mails import queue_mail
from webcare.actions.report_letters import Letter, letter_of
from webcare.domain.permissions import Permission
from webcare.domain.report_schedules import Period, next_instant, span_of
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import ReportMailing, ReportSchedule, User
from webcare.queries.people import require_somewhere
from webcare.queries.sendable_reports import SENDABLE, read

log = structlog.get_logger(__name__)

MOST_READERS = 20
Stopped = ReportSchedule.Stopped


def zone() -> ZoneInfo:
    return ZoneInfo(settings.DESK_TIME_ZONE)


@transaction.atomic
def make_schedule(*, user: User, **fields: Any) -> ReportSchedule:
    """Let a report be sent by itself from now on, as `user` may see it at that time.

    Raises NotAllowed for who may not see it now or may not let it leave the desk, and
    Invalid for addresses outside the domains that reports may go to.
    """
    made = ReportSchedule(owner=user, **fields)
    _check(made)
    made.next_at = next_instant(database_now(), made.days, made.at, zone())
    made.save()
    _audit("report_scheduled", user, made)
    return made


@transaction.atomic
def change_schedule(
    *, user: User, schedule: ReportSchedule, **fields: Any
) -> ReportSchedule:
    """Change a schedule, which stays its owner's; switched on again it starts anew.

    Raises as `make_schedule` does, for its owner.
    """
    for name, value in fields.items():
        setattr(schedule, name, value)
    if schedule.is_on:
        schedule.stopped_because = ""
    _check(schedule)
    schedule.next_at = next_instant(database_now(), schedule.days, schedule.at, zone())
    schedule.save()
    _audit("report_rescheduled", user, schedule)
    return schedule


@transaction.atomic
def end_schedule(*, user: User, schedule: ReportSchedule) -> None:
    """Let a report not be sent any more."""
    _audit("report_unscheduled", user, schedule)
    schedule.delete()


@transaction.atomic
def send_now(*, user: User, schedule: ReportSchedule) -> ReportMailing:
    """Send a report at once, beside its times. Raises NotAllowed, as for its owner."""
    now = database_now()
    letter = _letter(schedule, now)
    mailing = ReportMailing.objects.create(schedule=schedule, instant=now, by_hand=True)
    _post(schedule, letter)
    _audit("report_sent", user, schedule)
    return mailing


def send_due() -> int:
    """Send every report whose time has come; returns how many.

    Each in a transaction of its own: the letters and the note that they were written
    are there together, or not at all. Times that went by unseen are not made up for,
    but for the last one. An owner who may not see it any more gets a letter that says
    so instead, and the schedule stops. One that fails is tried again the next time,
    and holds no other back.
    """
    count, tried = 0, set[int]()
    while (schedule := _next(tried)) is not None:
        tried.add(schedule)
        try:
            count += _send(schedule)
        except Exception:
            log.exception("report not sent", schedule=schedule)
    return count


def _next(but: Collection[int]) -> int | None:
    due = ReportSchedule.objects.filter(is_on=True, next_at__lte=database_now())
    found = due.exclude(pk__in=but).order_by("next_at").values_list("pk", flat=True)
    return found.first()


@transaction.atomic
def _send(pk: int) -> int:
    schedule = (
        ReportSchedule.objects.select_for_update(of=["self"], skip_locked=True)
        .select_related("owner")
        .filter(pk=pk, is_on=True, next_at__lte=database_now())
        .first()
    )
    if schedule is None:
        return 0
    now, instant = database_now(), schedule.next_at
    schedule.last_at = instant
    schedule.next_at = next_instant(now, schedule.days, schedule.at, zone())
    rows = [{"schedule": schedule.pk, "instant": instant}]
    if insert(ReportMailing, rows, conflict="ON CONFLICT DO NOTHING", returning="id"):
        try:
            _post(schedule, _letter(schedule, now))
        except (NotAllowed, Invalid):
            _stop(schedule)
    schedule.save()
    return 1


def _letter(schedule: ReportSchedule, now: datetime) -> Letter:
    """What its readers get, as its owner may see it now. Raises NotAllowed."""
    owner = User.objects.get(pk=schedule.owner_id)
    require_somewhere(owner, Permission.EXPORT_TICKETS)
    later = timedelta(days=SENDABLE[schedule.report].days_later)
    start, end = span_of(Period(schedule.period), now - later, zone())
    lines = read(owner, schedule.report, start, end, schedule.by)
    return letter_of(schedule, lines, start, end, zone())


def _post(schedule: ReportSchedule, letter: Letter) -> None:
    for address in schedule.to:
        queue_mail(
            to=address,
            subject=letter.subject,
            body=letter.text,
            html=letter.html,
            attachment=letter.table,
            attachment_name=f"{schedule.report}.csv",
        )


def _stop(schedule: ReportSchedule) -> None:
    schedule.is_on, schedule.stopped_because = False, Stopped.NOT_ALLOWED
    log.warning("report schedule stopped", schedule=schedule.pk)
    if not schedule.owner.email:
        return
    with translation.override(schedule.language):
        queue_mail(
            to=schedule.owner.email,
            subject=_("The report %(name)s is not sent any more")
            % {"name": schedule.name},
            body=_(
                "You may not see this report, or let it leave the desk, any more. "
                "Somebody who may can make a new schedule."
            ),
        )


def _check(schedule: ReportSchedule) -> None:
    """Raises Invalid, and NotAllowed for what its owner may not see now."""
    _check_readers(schedule.to)
    if not schedule.days or not set(schedule.days) <= set(range(1, 8)):
        raise Invalid(days=_("Choose at least one day, from 1, Monday, to 7, Sunday."))
    if schedule.report not in SENDABLE:
        raise Invalid(report=_("This report cannot be sent."))
    assert isinstance(schedule.at, time)
    owner, now = User.objects.get(pk=schedule.owner_id), database_now()
    require_somewhere(owner, Permission.EXPORT_TICKETS)
    read(owner, schedule.report, now, now, schedule.by)


def _check_readers(to: Collection[str]) -> None:
    if not 1 <= len(to) <= MOST_READERS:
        raise Invalid(to=_("Name one to twenty addresses."))
    known = [one.casefold() for one in settings.REPORT_DOMAINS]
    for address in to if known else ():
        domain = address.rpartition("@")[2].casefold()
        if not any(domain == one or domain.endswith(f".{one}") for one in known):
            raise Invalid(to=_("Reports can be sent to %s alone.") % ", ".join(known))


def _audit(what: str, user: User, schedule: ReportSchedule) -> None:
    audit(
        what,
        who=user,
        about=f"report:{schedule.report}",
        after={"schedule": str(schedule.public_id), "to": schedule.to},
    )
