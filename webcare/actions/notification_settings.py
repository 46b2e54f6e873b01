"""How somebody wants to hear what they are told."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.queries.clock import database_now
from webcare.actions.notification_letters import next_letter
from webcare.exceptions import Invalid
from webcare.models import NotificationSetting, User


@transaction.atomic
def choose_notifications(*, user: User, **fields: Any) -> None:
    """Keep what is given: `in_page`, `desktop`, `quiet_from` and `quiet_until`, and
    `letter_at`, at which a letter is sent each day that something new is unread.

    Raises Invalid for quiet hours that only begin, only end, or never pass, and for
    letters to somebody without an address.
    """
    NotificationSetting.objects.get_or_create(user=user)
    kept = NotificationSetting.objects.select_for_update().get(user=user)
    for name, value in fields.items():
        setattr(kept, name, value)
    if (kept.quiet_from is None) != (kept.quiet_until is None):
        raise Invalid(quiet_until=_("Say when quiet begins and when it ends."))
    if kept.quiet_from and kept.quiet_from == kept.quiet_until:
        raise Invalid(quiet_until=_("Say another time than when quiet begins."))
    if "letter_at" in fields:
        _plan_letters(kept, user)
    kept.save()


def _plan_letters(kept: NotificationSetting, user: User) -> None:
    if kept.letter_at and not user.email:
        raise Invalid(letter_at=_("You have no mail address here yet: ask who may."))
    kept.letter_since = kept.letter_next_at = None
    if kept.letter_at:
        kept.letter_since = database_now()
        kept.letter_next_at = next_letter(kept.letter_since, kept.letter_at)
