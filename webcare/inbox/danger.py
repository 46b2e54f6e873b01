"""Danger on a ticket: somebody is on it, somebody says it, or it was a false alarm."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from webcare.actions.alarms import acknowledge
from webcare.actions.priority import set_danger
from webcare.exceptions import Invalid
from webcare.inbox.forms import DangerForm
from webcare.inbox.http import DeskRequest, desk
from webcare.queries.alarms import ringing_alarm
from webcare.queries.tickets import ticket_for


@desk
@require_POST
def heard(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """Say *I am on it*: an alarm that somebody else heard first is left theirs."""
    alarm = ringing_alarm(ticket_for(request.user, public_id))
    if alarm:
        acknowledge(alarm=alarm, user=request.user)
        messages.success(request, _("You are on it. Nobody else is told."))
    return redirect("inbox:ticket", public_id)


@desk
@require_POST
def say(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """Say that there is danger, or that it was a false alarm."""
    ticket = ticket_for(request.user, public_id)
    form = DangerForm(request.POST)
    if not form.is_valid():
        raise Invalid(reason=_("Say why."))
    is_danger = form.cleaned_data["is_danger"] == "true"
    reason = form.cleaned_data["reason"]
    set_danger(ticket=ticket, user=request.user, is_danger=is_danger, reason=reason)
    said = _("The alarm rings.") if is_danger else _("False alarm: no danger")
    messages.success(request, said)
    return redirect("inbox:ticket", public_id)
