"""What a person may do, and where: read from the table of roles."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.db.models import Q

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission, Role, roles_with
from webcare.exceptions import NotAllowed
from webcare.models import Membership, User

EVERYWHERE = None


@cache
def _roles(permission: Permission) -> tuple[str, ...]:
    return tuple(roles_with(permission))


@dataclass(frozen=True, slots=True)
class Rights:
    """The roles a person holds: read once by a page that asks several things."""

    held: frozenset[tuple[str, int | None]]

    @classmethod
    def of(cls, user: User) -> "Rights":
        """One statement; none for somebody who holds everything or nothing.

        None either where signing in has read them already, for this one request.
        """
        if known := user.__dict__.get("rights"):
            assert isinstance(known, cls)
            return known
        if not user.is_active or user.is_superuser:
            return cls.holding(user, ())
        held = Membership.objects.filter(user=user).values_list("role", "queue_id")
        return cls.holding(user, held)

    @classmethod
    def read_once(cls, user: User) -> None:
        """Let whoever asks for the rights of `user`, in this one request, have them
        from here. One statement, or none as above."""
        user.__dict__["rights"] = cls.of(user)

    @classmethod
    def holding(cls, user: User, held: Iterable[tuple[str, int | None]]) -> "Rights":
        """Return the rights of `user`, who has been given the roles `held`."""
        if not user.is_active:
            return cls(frozenset())
        if user.is_superuser:
            return cls(frozenset({(Role.ADMIN.value, EVERYWHERE)}))
        return cls(frozenset(held))

    def where(self, permission: Permission) -> set[int | None]:
        """Return the queues it is granted in; None stands for all of them."""
        return {queue for role, queue in self.held if role in _roles(permission)}

    def allow(self, permission: Permission, queue: int | None = EVERYWHERE) -> bool:
        """Whether it is granted in `queue` (or in all, when none is given)."""
        queues = self.where(permission)
        return EVERYWHERE in queues or (queue is not None and queue in queues)


def rights_of_many(users: Iterable[int]) -> dict[int, Rights]:
    """Return the rights of each of these people: one statement."""
    held: dict[int, set[tuple[str, int | None]]] = {pk: set() for pk in users}
    if not held:
        return {}
    rows = fetch(
        """SELECT u.id, CASE WHEN u.is_superuser THEN %s ELSE m.role END,
                  CASE WHEN NOT u.is_superuser THEN m.queue_id END
             FROM webcare_user u LEFT JOIN webcare_membership m ON m.user_id = u.id
            WHERE u.id = ANY(%s) AND u.is_active""",
        [Role.ADMIN.value, list(held)],
    )
    for user, role, queue in rows:
        if role is not None:
            held[user].add((role, queue))
    return {user: Rights(frozenset(roles)) for user, roles in held.items()}


def queues_where(user: User, permission: Permission) -> set[int | None]:
    """Return the ids of the queues where `user` has `permission`.

    The set holds None when the permission is for all queues, routed or not.
    """
    return Rights.of(user).where(permission)


def may(user: User, permission: Permission, queue: int | None = EVERYWHERE) -> bool:
    """Whether `user` has `permission` in `queue` (or in all, when none is given)."""
    return Rights.of(user).allow(permission, queue)


def require(user: User, permission: Permission, queue: int | None = EVERYWHERE) -> None:
    """Raise NotAllowed unless `user` has `permission` in `queue`."""
    if not may(user, permission, queue):
        raise NotAllowed(permission=permission.value)


def require_somewhere(user: User, permission: Permission) -> None:
    """Raise NotAllowed unless `user` has `permission` in some queue, or in all."""
    if not queues_where(user, permission):
        raise NotAllowed(permission=permission.value)


def may_somewhere(user: User, permission: Permission) -> bool:
    """Whether `user` has `permission` in some queue, or in all."""
    return bool(queues_where(user, permission))


def everywhere_or_in(queues: set[int | None], field: str = "queue") -> Q:
    """Return the condition that `field` is one of `queues`, as given above."""
    if EVERYWHERE in queues:
        return Q()
    return Q(**{f"{field}__in": queues})


def called(person: str) -> str:
    """What a person is called, in SQL: of a row of users by this name."""
    return (
        f"coalesce(nullif(btrim({person}.first_name || ' ' || {person}.last_name), "
        f"''), {person}.username)"
    )


def require_role(user: User) -> None:
    """Raise NotAllowed for somebody who has no role on this desk at all."""
    if not Rights.of(user).held:
        raise NotAllowed
