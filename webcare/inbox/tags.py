"""Tags of a ticket, put on and taken off: a form post."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webcare.actions.tags import tag_ticket
from webcare.domain.undo import Undoable
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.work import done, undo_address
from webcare.queries.tags import chosen_tags
from webcare.queries.tickets import ticket_for


@desk
@require_POST
def tag(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """Put on the tags named in `add`, and take off those named in `remove`."""
    user, given = request.user, request.POST
    ticket = ticket_for(user, public_id)
    tag_ticket(
        ticket=ticket,
        user=user,
        add=chosen_tags(user, given.getlist("add"), "add"),
        remove=chosen_tags(user, given.getlist("remove"), "remove"),
    )
    said = _("Tags changed.")
    return done(request, said, undo=undo_address(public_id, Undoable.TAGS))
