"""How urgent a ticket is: a form post."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webcare.actions.priority import set_priority
from webcare.domain.outcomes import Priority
from webcare.exceptions import Invalid
from webcare.inbox.forms import PriorityForm
from webcare.inbox.http import DeskRequest, desk
from webcare.inbox.work import done
from webcare.queries.tickets import ticket_for


@desk
@require_POST
def priority(request: DeskRequest, public_id: UUID) -> HttpResponse:
    ticket = ticket_for(request.user, public_id)
    form = PriorityForm(request.POST)
    if not form.is_valid():
        raise Invalid(reason=_("Say why."))
    set_priority(
        ticket=ticket,
        user=request.user,
        priority=Priority(form.cleaned_data["priority"]),
        reason=form.cleaned_data["reason"],
        version=ticket.version,
    )
    return done(request, _("Priority changed."))
