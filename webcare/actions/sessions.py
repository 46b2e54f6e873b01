"""Where somebody is signed in: written down, and ended from anywhere."""

from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction

from conversations.models.bulk import fetch
from webcare.exceptions import NotFound
from webcare.models import SignIn, User

LONGEST_DEVICE = 200


@transaction.atomic
def note_session(*, user: User, key: str, device: str) -> None:
    """Write down that a session of `user` has begun, and forget those that are over."""
    fetch(
        """DELETE FROM webcare_signin i
            WHERE i.user_id = %s AND NOT EXISTS (
                  SELECT FROM django_session s WHERE s.session_key = i.session_key
                     AND s.expire_date > statement_timestamp())
        RETURNING i.id""",
        [user.pk],
    )
    SignIn.objects.create(user=user, session_key=key, device=device[:LONGEST_DEVICE])


@transaction.atomic
def end_session(*, user: User, session: UUID) -> None:
    """Sign `user` out in one browser. Raises NotFound when it is not theirs."""
    found = SignIn.objects.filter(user=user, public_id=session).first()
    if found is None:
        raise NotFound("There is no such session.")
    Session.objects.filter(session_key=found.session_key).delete()
    found.delete()


@transaction.atomic
def end_other_sessions(*, user: User, key: str | None) -> int:
    """Sign `user` out everywhere but in the session `key`; returns in how many."""
    others = SignIn.objects.filter(user=user).exclude(session_key=key or "")
    keys = list(others.values_list("session_key", flat=True))
    ended, _ = Session.objects.filter(session_key__in=keys).delete()
    others.delete()
    return ended
