"""Who is at work: said by people, kept true by signs of life."""

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from webcare.actions import assignment
from webcare.exceptions import Invalid
from webcare.models import Presence, User


def set_presence(*, user: User, state: str) -> None:
    """Write down that `user` is present, on a break or away. Raises Invalid."""
    if state not in Presence.State.values:
        raise Invalid(state=_("Choose present, break or away."))
    fetch(
        """INSERT INTO webcare_presence AS was (user_id, state, seen_at)
           VALUES (%s, %s, now())
               ON CONFLICT (user_id) DO UPDATE
              SET state = EXCLUDED.state, seen_at = EXCLUDED.seen_at,
                  since = CASE WHEN was.state = EXCLUDED.state
                          THEN was.since ELSE now() END""",
        [user.pk, state],
    )
    if state == Presence.State.PRESENT:
        assignment.offer_to(user.pk)


def note_sign_of_life(*, user: User) -> None:
    """Write down that `user` has the desk before them; changes nothing they said."""
    Presence.objects.filter(user=user).update(seen_at=Now())
