"""What a person may do, and where: read from the table of roles."""

from functools import cache

from django.db.models import Q

from webcare.domain.permissions import Permission, roles_with
from webcare.exceptions import NotAllowed
from webcare.models import Membership, User

EVERYWHERE = None


@cache
def _roles(permission: Permission) -> tuple[str, ...]:
    return tuple(roles_with(permission))


def queues_where(user: User, permission: Permission) -> set[int | None]:
    """Return the ids of the queues where `user` has `permission`.

    The set holds None when the permission is for all queues, routed or not.
    """
    if not user.is_active:
        return set()
    if user.is_superuser:
        return {EVERYWHERE}
    held = Membership.objects.filter(user=user, role__in=_roles(permission))
    return set(held.values_list("queue_id", flat=True))


def may(user: User, permission: Permission, queue: int | None = EVERYWHERE) -> bool:
    """Whether `user` has `permission` in `queue` (or in all, when none is given)."""
    queues = queues_where(user, permission)
    return EVERYWHERE in queues or (queue is not None and queue in queues)


def require(user: User, permission: Permission, queue: int | None = EVERYWHERE) -> None:
    """Raise NotAllowed unless `user` has `permission` in `queue`."""
    if not may(user, permission, queue):
        raise NotAllowed(permission=permission.value)


def everywhere_or_in(queues: set[int | None], field: str = "queue") -> Q:
    """Return the condition that `field` is one of `queues`, as given above."""
    if EVERYWHERE in queues:
        return Q()
    return Q(**{f"{field}__in": queues})
