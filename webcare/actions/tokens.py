"""Keys for clients: made by who may set up, shown once, ended at will."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from webcare.domain.permissions import Permission
from webcare.domain.tokens import Scope, digest_of, new_token
from webcare.exceptions import Invalid, NotFound
from webcare.models import ApiToken, User
from webcare.queries.people import require

# Last use is kept to the hour, so that reading does not write.
USE_IS_NOTED_EVERY = timedelta(hours=1)


@transaction.atomic
def make_token(
    *,
    user: User,
    owner: User,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a key for `owner`; returns its row and the key, which nobody sees again.

    Raises NotAllowed, Invalid without scopes or with an end that has passed.
    """
    require(user, Permission.SET_UP)
    if not scopes:
        raise Invalid(scopes=_("Choose at least one scope."))
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(expires_at=_("Choose a moment in the future."))
    key = new_token()
    made = ApiToken.objects.create(
        user=owner,
        name=name,
        digest=digest_of(key),
        scopes=sorted(scope.value for scope in scopes),
        expires_at=expires_at,
    )
    return made, key


@transaction.atomic
def revoke_token(*, user: User, token_id: UUID) -> ApiToken:
    """End a key now; ending it twice changes nothing. Raises NotAllowed, NotFound."""
    require(user, Permission.SET_UP)
    token = ApiToken.objects.select_for_update().filter(public_id=token_id).first()
    if token is None:
        raise NotFound("There is no such token.")
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def note_use(token_id: int, used_at: datetime | None) -> None:
    """Write down that a key is in use, at most once an hour."""
    if used_at is None or timezone.now() - used_at > USE_IS_NOTED_EVERY:
        fetch("UPDATE webcare_apitoken SET used_at = now() WHERE id = %s", [token_id])
