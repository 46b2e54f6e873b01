"""The on-call list: who is woken when people speak of danger, and in which order."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from conversations.actions import calls
from conversations.exceptions import ChannelUnusable
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid
from webcare.models import OnCall, User
from webcare.queries.people import require


def add_on_call(*, user: User, **fields: Any) -> tuple[OnCall, str]:
    """Put somebody on the list; returns them and the secret of their webhook.

    `agent` is the person of the desk who is paged, if it is one. Nobody sees the
    secret again; it is empty where there is no webhook. Raises NotAllowed, Invalid.
    """
    require(user, Permission.MANAGE_ALARMS)
    fields = _checked(fields)
    secret = calls.new_secret() if fields.get("webhook_url") else ""
    return _saved(OnCall(**fields, secret=secret)), secret


def change_on_call(*, user: User, on_call: OnCall, **fields: Any) -> tuple[OnCall, str]:
    """Change what was given; returns them, and a secret where they first get a webhook.

    An alarm that rings goes on along the list as it is from now on. Raises NotAllowed,
    Invalid.
    """
    require(user, Permission.MANAGE_ALARMS)
    for name, value in _checked(fields).items():
        setattr(on_call, name, value)
    secret = ""
    if on_call.webhook_url and not on_call.secret:
        secret = on_call.secret = calls.new_secret()
    return _saved(on_call), secret


@transaction.atomic
def remove_on_call(*, user: User, on_call: OnCall) -> None:
    """Take somebody off the list; alarms that ring go on without them."""
    require(user, Permission.MANAGE_ALARMS)
    on_call.delete()


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    if url := fields.get("webhook_url"):
        try:
            calls.check_address(url)
        except ChannelUnusable as error:
            raise Invalid(webhook_url=str(error)) from error
    return {"user" if name == "agent" else name: fields[name] for name in fields}


def _saved(on_call: OnCall) -> OnCall:
    if not (on_call.user_id or on_call.email or on_call.webhook_url):
        raise Invalid(email=_("Give a person of the desk, an address or a webhook."))
    try:
        with transaction.atomic():
            on_call.save()
    except IntegrityError as error:
        raise Invalid(position=_("Somebody has this place in the list.")) from error
    return on_call
