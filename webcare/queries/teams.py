"""Teams, with their people."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from webcare.exceptions import NotFound
from webcare.models import Team, User
from webcare.queries.setup import colleagues


def teams(user: User) -> QuerySet[Team]:
    """Return the teams with those of their members that `user` may know of.

    Two statements to read them. Who works for somebody else sees their own teams.
    """
    seen = colleagues(user).order_by("username")
    found = Team.objects.prefetch_related(Prefetch("members", seen))
    return found.filter(members=user) if user.is_external else found


def team_for(user: User, public_id: UUID) -> Team:
    """Raises NotFound."""
    found = teams(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such team.")
    return found
