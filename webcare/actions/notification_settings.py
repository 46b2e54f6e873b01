"""How somebody wants to hear what they are told."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from webcare.exceptions import Invalid
from webcare.models import NotificationSetting, User


@transaction.atomic
def choose_notifications(*, user: User, **fields: Any) -> None:
    """Keep what is given: `in_page`, `desktop`, and `quiet_from` and `quiet_until`.

    Raises Invalid for quiet hours that only begin, only end, or never pass.
    """
    NotificationSetting.objects.get_or_create(user=user)
    kept = NotificationSetting.objects.select_for_update().get(user=user)
    for name, value in fields.items():
        setattr(kept, name, value)
    if (kept.quiet_from is None) != (kept.quiet_until is None):
        raise Invalid(quiet_until=_("Say when quiet begins and when it ends."))
    if kept.quiet_from and kept.quiet_from == kept.quiet_until:
        raise Invalid(quiet_until=_("Say another time than when quiet begins."))
    kept.save()
