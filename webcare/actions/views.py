"""Views: lists of tickets under a name, kept for oneself or shared."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from webcare.domain.permissions import Permission
from webcare.domain.ticket_filters import (
    FIELD,
    ORDERS,
    order_problem,
    read_definition,
)
from webcare.exceptions import Invalid, NotAllowed, StaleVersion
from webcare.models import TeamMember, User, View
from webcare.queries.fields import field_conditions
from webcare.queries.people import EVERYWHERE, may, queues_where, require_role

MOST = 200  # of one person
Audience = View.Audience


@transaction.atomic
def make_view(*, user: User, **fields: Any) -> View:
    """Keep a list under a name. `filters` are texts, as in the address of the list.

    Raises NotAllowed, Invalid with sentences per field (`filters.status`).
    """
    require_role(user)
    view = View(owner=user, **fields)
    _check(view)
    _require_to_share(user, view)
    if View.objects.filter(owner=user).count() >= MOST:
        raise Invalid(name=_("You have as many views as there can be: remove one."))
    view.save(force_insert=True)
    return view


@transaction.atomic
def change_view(
    *, user: User, view: View, version: int | None = None, **fields: Any
) -> View:
    """Change a view; `version` is the one the caller has seen.

    Its owner may, and who may share it with the same people. Raises NotAllowed,
    Invalid, StaleVersion.
    """
    _require_to_change(user, view)
    found = View.objects.select_for_update().get(pk=view.pk)
    if version is not None and found.version != version:
        raise StaleVersion(_("The view has changed: look at it again."))
    for name, value in fields.items():
        setattr(found, name, value)
    _check(found)
    if fields.keys() & {"audience", "queue", "team"}:
        _require_to_share(user, found)
    if fields:
        View.objects.filter(pk=found.pk).update(**fields, version=F("version") + 1)
        found.version += 1
    return found


def remove_view(*, user: User, view: View) -> None:
    """Remove a view. Raises NotAllowed."""
    _require_to_change(user, view)
    View.objects.filter(pk=view.pk).delete()


def _check(view: View) -> None:
    values, problems = read_definition(view.filters)
    errors = {f"filters.{name}": text for name, text in problems.items()}
    if "counted" in values:
        errors["filters.counted"] = _("What a figure counted is no view to keep.")
    if view.order not in ORDERS:
        errors["order"] = _("Choose from: %(known)s.") % {"known": ", ".join(ORDERS)}
    elif not errors and (problem := order_problem(view.order, values.get("status"))):
        errors["order"] = problem
    for name in ("queue", "team"):
        if (view.audience == name) != (getattr(view, f"{name}_id") is not None):
            errors[name] = _("Name it exactly where the audience is a %(name)s.") % {
                "name": name
            }
    if errors:
        raise Invalid(**errors)
    if fields := values.get("fields"):
        field_conditions({f"{FIELD}{key}": text for key, text in fields.items()})


def _require_to_share(user: User, view: View) -> None:
    if not _may_share(user, view):
        raise NotAllowed(permission=Permission.SHARE_VIEWS.value)


def _may_share(user: User, view: View) -> bool:
    share = Permission.SHARE_VIEWS
    if view.audience == Audience.PRIVATE:
        return True
    if view.audience == Audience.QUEUE:
        return may(user, share, view.queue_id)
    if view.audience == Audience.DESK:
        return may(user, share, EVERYWHERE)
    return TeamMember.objects.filter(user=user, team=view.team_id).exists() and bool(
        queues_where(user, share)
    )


def _require_to_change(user: User, view: View) -> None:
    is_shared = view.audience != Audience.PRIVATE
    if view.owner_id != user.pk and not (is_shared and _may_share(user, view)):
        raise NotAllowed(permission=Permission.SHARE_VIEWS.value)
