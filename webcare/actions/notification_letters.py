"""A letter a day to who wants one: what they were told and have not read."""

from collections.abc import Collection
from datetime import datetime, time
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import ngettext

from conversations.queries.clock import database_now
from webcare.actions.mails import queue_mail
from webcare.domain.report_schedules import next_instant
from webcare.models import Notification, NotificationSetting, User
from webcare.queries.notifications import NotificationRow, notification_page

log = structlog.get_logger(__name__)

MOST = 20  # lines of a letter
EVERY_DAY = range(1, 8)


def next_letter(after: datetime, at: time) -> datetime:
    """Return when it is `at` on the desk's clock, the first time later than `after`."""
    return next_instant(after, EVERY_DAY, at, ZoneInfo(settings.DESK_TIME_ZONE))


def send_due() -> int:
    """Send every letter whose time has come; returns how many were looked at.

    Each in a transaction of its own, so that letter and next time are there together.
    None is sent where nothing new is unread, nor where it cannot be seen any more. One
    that fails is tried again the next time, and holds no other back.
    """
    tried = set[int]()
    while (due := _due().exclude(pk__in=tried).first()) is not None:
        tried.add(due.pk)
        try:
            _send(due.pk)
        except Exception:
            log.exception("notification letter not sent", user=due.pk)
    return len(tried)


def _due() -> QuerySet[NotificationSetting]:
    due = NotificationSetting.objects.filter(letter_next_at__lte=database_now())
    return due.order_by("letter_next_at")


@transaction.atomic
def _send(pk: int) -> None:
    found = _due().filter(pk=pk).select_for_update(of=["self"], skip_locked=True)
    setting = found.select_related("user").first()
    if setting is None:
        return
    # Both stand where a next time does: the database sees to it.
    assert setting.letter_at and setting.letter_since
    now, user = database_now(), setting.user
    rows, _page = notification_page(user, True, None, MOST + 1)
    since = setting.letter_since
    is_new = any(row.at > since for row in rows)
    if is_new and user.is_active and user.email:
        _write(user, rows)
    setting.letter_since = now
    setting.letter_next_at = next_letter(now, setting.letter_at)
    setting.save(update_fields=["letter_since", "letter_next_at"])


def _write(user: User, rows: Collection[NotificationRow]) -> None:
    """Numbers and addresses, and no words of customers: letters lie around."""
    with translation.override(user.language or settings.LANGUAGE_CODE):
        many = len(rows)
        subject = ngettext("%(many)s thing unread", "%(many)s things unread", many)
        told = {
            "lines": [
                (Notification.Kind(row.kind).label, row.number, row.ticket)
                for row in list(rows)[:MOST]
            ],
            "more": many > MOST,
            "desk": settings.PUBLIC_URL,
        }
        queue_mail(
            to=user.email,
            subject=subject % {"many": f"{MOST}+" if many > MOST else many},
            body=render_to_string("webcare/notification_mail.txt", told),
        )
