"""What can be chosen on a form, by the name that a field calls it by."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from webcare.domain.permissions import Permission, Role
from webcare.exceptions import NotAllowed
from webcare.inbox.filters import LABELS, options
from webcare.inbox.setup.words import pairs
from webcare.queries.calendars import calendars
from webcare.queries.choices import Choices, choices_for
from webcare.queries.macros import macro_page
from webcare.queries.people import Rights
from webcare.queries.routing import author_lists
from webcare.queries.setup import colleagues
from webcare.queries.skills import skills
from webcare.queries.subscriptions import subscriptions
from webcare.queries.teams import teams

if TYPE_CHECKING:
    from webcare.models import User

Pairs = list[tuple[str, str]]
MOST_MACROS = 200
NEARBY = ("Europe/", "America/", "Atlantic/")


class Offered:
    """The sets of one page: each is asked for when a field needs it, and once."""

    def __init__(self, user: "User") -> None:
        self._user = user
        self._rights = Rights.of(user)
        self._names: Choices | None = None
        self._found: dict[str, Pairs] = {}

    def __call__(self, name: str) -> Pairs:
        if name not in self._found:
            self._found[name] = self._read(name)
        return self._found[name]

    def _read(self, name: str) -> Pairs:
        if name in Choices._fields:
            self._names = self._names or choices_for(self._user)
            return list(getattr(self._names, name))
        return _SETS[name](self._user, self._rights)


def _macros(user: "User", rights: Rights) -> Pairs:
    found, _page = macro_page(user, None, MOST_MACROS)
    return [(str(one.public_id), one.name) for one in found]


def _subscriptions(user: "User", rights: Rights) -> Pairs:
    try:
        return [(str(one.public_id), one.name) for one in subscriptions(user)]
    except NotAllowed:
        return []


def _colleagues(user: "User", rights: Rights) -> Pairs:
    """Who has just been added has no role yet, and is to be given one."""
    found = colleagues(user).filter(is_active=True)
    return sorted(
        ((str(one.public_id), str(one)) for one in found), key=lambda pair: pair[1]
    )


def _roles(user: "User", rights: Rights) -> Pairs:
    """What people are, and the queues that they are it in."""
    queues = choices_for(user).queues
    return [*pairs(Role), *((f"queue:{slug}", name) for slug, name in queues)]


def _filters(user: "User", rights: Rights) -> Pairs:
    """Filters by their names, and what they can be set to: `status=new`."""
    known = [
        (f"{one['name']}={value}", str(word))
        for one in options(choices_for(user))
        for value, word in one["choices"]
    ]
    return [*((name, str(label)) for name, label in LABELS.items()), *known]


def _zones(user: "User", rights: Rights) -> Pairs:
    near = sorted(zone for zone in available_timezones() if zone.startswith(NEARBY))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in near)]


_SETS: dict[str, Callable[["User", Rights], Pairs]] = {
    "calendars": lambda user, rights: [
        (row.calendar.slug, row.calendar.name) for row in calendars(user)
    ],
    "author_lists": lambda user, rights: [
        (one.slug, one.name) for one in author_lists()
    ],
    "skills": lambda user, rights: [(one.slug, one.name) for one in skills()],
    "teams": lambda user, rights: [
        (str(one.public_id), one.name) for one in teams(user)
    ],
    "owners": lambda user, rights: [
        *choices_for(user).agents,
        *((str(one.public_id), one.name) for one in teams(user)),
    ],
    "colleagues": _colleagues,
    "macros": _macros,
    "subscriptions": _subscriptions,
    "zones": _zones,
    "roles": _roles,
    "filters": _filters,
}


def holds(permission: Permission) -> Callable[[Rights], bool]:
    """Return whether somebody has `permission` in some queue, or in all."""
    return lambda rights: bool(rights.where(permission))


def everywhere(permission: Permission) -> Callable[[Rights], bool]:
    """Return whether somebody has `permission` in all queues."""
    return lambda rights: rights.allow(permission)


def anybody(rights: Rights) -> bool:
    return bool(rights.held)
