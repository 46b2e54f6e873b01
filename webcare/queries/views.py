"""Lists under a name: who sees which, and how many tickets each holds now."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission
from webcare.domain.ticket_filters import read_definition
from webcare.exceptions import NotFound
from webcare.models import Team, TeamMember, User, View
from webcare.queries import shared
from webcare.queries.people import EVERYWHERE, Rights
from webcare.queries.ticket_filters import Wanted, ask_inline

COUNTED = 500  # where counting ends: nobody reads more of a number
FRESH_SECONDS = 3.0
Audience = View.Audience


@dataclass(frozen=True, slots=True)
class Shown:
    """A view as its reader has it; `id` of those everybody has is a word."""

    id: str
    name: Any
    name_nl: str
    filters: dict[str, str] = field(default_factory=dict)
    order: str = "-opened"
    audience: str = "everybody"
    queue: str | None = None
    team: UUID | None = None
    team_name: str | None = None
    owner: UUID | None = None
    owner_name: str | None = None
    position: int = 0
    version: int = 1
    is_mine: bool = False

    @property
    def wanted(self) -> Wanted:
        values, _errors = read_definition(self.filters)
        return Wanted(**values)

    @property
    def is_personal(self) -> bool:
        """Whether it holds other tickets for other people with the same rights."""
        return self.filters.get("agent") == "me" or "following" in self.filters


_WAITS = {"status": "new,open"}
EVERYBODYS = (
    Shown("mine", _("Mine"), "", {"status": "live", "agent": "me"}, "due"),
    Shown("unassigned", _("Unassigned"), "", _WAITS | {"agent": "none"}, "due"),
    Shown("waiting", _("Waiting longest"), "", dict(_WAITS), "waiting"),
    Shown("danger", _("Danger"), "", {"status": "live", "danger": "true"}, "opened"),
    Shown("breached", _("Too late"), "", {"status": "live", "breached": "true"}, "due"),
)


def views_of(user: User) -> list[Shown]:
    """Return everybody's views, then those shared with this person and their own.

    Two statements at most, however many there are.
    """
    rows = _seen_by(user).select_related("owner", "queue", "team")
    return [*EVERYBODYS, *(_shown(row, user) for row in rows)]


def view_for(user: User, name: str) -> Shown:
    """Return one view that the user sees. Raises NotFound."""
    for view in EVERYBODYS:
        if view.id == name:
            return view
    return _shown(row_for(user, name), user)


def row_for(user: User, name: str) -> View:
    """Return the row of a view that the user sees. Raises NotFound."""
    try:
        public_id = UUID(name)
    except ValueError:
        raise NotFound("There is no such view.") from None
    rows = _seen_by(user).select_related("owner", "queue", "team")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such view.")
    return found


def team_for(user: User, public_id: UUID) -> Team:
    """Return a team that the user belongs to. Raises NotFound."""
    found = Team.objects.filter(public_id=public_id, members=user).first()
    if found is None:
        raise NotFound("There is no such team, or you are not in it.")
    return found


def _seen_by(user: User) -> QuerySet[View]:
    seen = Rights.of(user).where(Permission.SEE_TICKETS)
    of_queues = Q(audience=Audience.QUEUE)
    if EVERYWHERE not in seen:
        of_queues &= Q(queue__in=[queue for queue in seen if queue])
    shared = of_queues
    if not user.is_external:  # what is shared more widely tells of other queues
        teams = TeamMember.objects.filter(user=user).values("team")
        shared |= Q(audience=Audience.TEAM, team__in=teams)
        if seen:
            shared |= Q(audience=Audience.DESK)
    return View.objects.filter(Q(owner=user) | shared)


def _shown(row: View, user: User) -> Shown:
    return Shown(
        str(row.public_id),
        row.name,
        row.name_nl,
        row.filters,
        row.order,
        row.audience,
        row.queue.slug if row.queue else None,
        row.team.public_id if row.team else None,
        row.team.name if row.team else None,
        row.owner.public_id,
        str(row.owner),
        row.position,
        row.version,
        row.owner_id == user.pk,
    )


class Count(NamedTuple):
    """How many tickets; `capped` where there are at least so many."""

    tickets: int
    capped: bool


def counts_of(user: User, views: Sequence[Shown]) -> dict[str, Count]:
    """Return the count of each view, as it was at most a few seconds ago.

    Those that look for words are left out: what they cost depends on the words.

    One statement for all of them; none where somebody with the same rights asked a
    moment before. Views that are a person's own are shared with nobody.
    """
    views = [view for view in views if "q" not in view.filters]
    sight = sorted(
        queue or 0 for queue in Rights.of(user).where(Permission.SEE_TICKETS)
    )
    keys = [_key(view, sight, user) for view in views]

    def count(missing: list[int]) -> list[int]:
        return _count(user, [views[number] for number in missing])

    found = shared.read(keys, count, FRESH_SECONDS)
    return {
        view.id: Count(min(number, COUNTED), number >= COUNTED)
        for view, number in zip(views, found, strict=True)
    }


def _key(view: Shown, sight: list[int], user: User) -> str:
    """What decides the count, as a digest: nothing of it can be read elsewhere."""
    said = [sorted(view.filters.items()), sight, user.pk if view.is_personal else 0]
    return sha256(json.dumps(said).encode()).hexdigest()[:32]


def _count(user: User, views: Sequence[Shown]) -> list[int]:
    """Count the tickets of each view, up to a cap: one statement."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    for number, view in enumerate(views):
        asked = ask_inline(user, view.wanted, prefix=f"v{number}_")
        parts.append(
            f"""(SELECT count(*) FROM (SELECT FROM webcare_ticket k
                  WHERE {" AND ".join(asked.where)} LIMIT {COUNTED}) AS counted)"""
        )
        values |= asked.values
    [row] = fetch(f"SELECT {', '.join(parts)}", values)
    return list(row)
