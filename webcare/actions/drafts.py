"""What people begin to write: kept for them until it is sent or thrown away."""

from django.utils.translation import gettext as _

from conversations.models import Visibility
from conversations.models.bulk import fetch
from webcare.actions.replies import THEN
from webcare.domain.lifecycle import Status
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid
from webcare.models import Draft, NoteDraft, Ticket, User
from webcare.queries.people import require


def keep_draft(
    *,
    ticket: Ticket,
    user: User,
    text: str,
    visibility: Visibility,
    then: Status = Status.PENDING,
    seen: str = "",
) -> None:
    """Keep what `user` has written so far, in place of what they had before.

    Nothing that happens to the ticket, and nothing that anybody else does, changes
    it; a successful answer of theirs uses it up. `seen` is the tag of what they had
    before them. Raises NotAllowed, Invalid.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    if then not in THEN:
        raise Invalid(then=_("Choose open, pending or resolved."))
    fetch(
        """INSERT INTO webcare_draft
                  (ticket_id, user_id, text, visibility, "then", seen, updated_at)
           VALUES (%s, %s, %s, %s, %s, %s, statement_timestamp())
               ON CONFLICT (ticket_id, user_id) DO UPDATE
              SET text = EXCLUDED.text, visibility = EXCLUDED.visibility,
                  "then" = EXCLUDED."then", seen = EXCLUDED.seen,
                  updated_at = EXCLUDED.updated_at""",
        [ticket.pk, user.pk, text, visibility, then.value, seen],
    )


def drop_draft(*, ticket: Ticket, user: User) -> None:
    """Throw away what `user` has begun; nothing there is no mistake."""
    Draft.objects.filter(ticket=ticket, user=user).delete()


def keep_note_draft(*, ticket: Ticket, user: User, text: str) -> None:
    """Keep the note that `user` has begun, in place of what they had before.

    Nobody else changes it; a note of theirs uses it up. Raises NotAllowed.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    fetch(
        """INSERT INTO webcare_notedraft (ticket_id, user_id, text, updated_at)
           VALUES (%s, %s, %s, statement_timestamp())
               ON CONFLICT (ticket_id, user_id) DO UPDATE
              SET text = EXCLUDED.text, updated_at = EXCLUDED.updated_at""",
        [ticket.pk, user.pk, text],
    )


def drop_note_draft(*, ticket: Ticket, user: User) -> None:
    """Throw away the note that `user` has begun; nothing there is no mistake."""
    NoteDraft.objects.filter(ticket=ticket, user=user).delete()
