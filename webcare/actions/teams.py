"""Named groups of people: made, changed, ended."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from webcare.domain.permissions import Permission
from webcare.exceptions import NotAllowed, taken
from webcare.models import Team, TeamMember, User
from webcare.queries.people import queues_where


@transaction.atomic
def make_team(*, user: User, name: str, members: Sequence[User] = ()) -> Team:
    """Raises NotAllowed, Invalid."""
    _require(user)
    try:
        with transaction.atomic():
            team = Team.objects.create(name=name)
    except IntegrityError as error:
        raise taken("name") from error
    _write_members(team, members)
    return team


@transaction.atomic
def change_team(
    *, user: User, team: Team, members: Sequence[User] | None = None, **fields: Any
) -> Team:
    """Change its name, or who is of it; `members` are all of them.

    Raises NotAllowed, Invalid.
    """
    _require(user)
    try:
        with transaction.atomic():
            if fields:
                Team.objects.filter(pk=team.pk).update(**fields)
    except IntegrityError as error:
        raise taken("name") from error
    if members is not None:
        TeamMember.objects.filter(team=team).delete()
        _write_members(team, members)
    team.refresh_from_db()
    return team


@transaction.atomic
def end_team(*, user: User, team: Team) -> None:
    """Raises NotAllowed."""
    _require(user)
    team.delete()


def _require(user: User) -> None:
    """Teams go across queues: who leads any may make them. Raises NotAllowed."""
    if not queues_where(user, Permission.MANAGE_TEAMS):
        raise NotAllowed(permission=Permission.MANAGE_TEAMS.value)


def _write_members(team: Team, members: Sequence[User]) -> None:
    unique = {member.pk: member for member in members}.values()
    TeamMember.objects.bulk_create(
        TeamMember(team=team, user=member) for member in unique
    )
