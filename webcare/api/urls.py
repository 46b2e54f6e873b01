from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView

from webcare.api import acting, conversation, intake, stream, tickets
from webcare.api.endpoint import Endpoint

app_name = "api"


def _at(where: str, view: type[Endpoint], name: str) -> URLPattern:
    return path(f"api/v1/{where}", view.as_view(), name=name)


_TICKET = "tickets/<uuid:ticket>"

urlpatterns = [
    path("api/v1/channels/<slug:slug>/messages", intake.take_in, name="intake"),
    _at("events", stream.EventStream, "events"),
    _at("tickets", tickets.TicketList, "tickets"),
    _at(_TICKET, tickets.TicketDetail, "ticket"),
    _at(f"{_TICKET}/messages", conversation.TicketMessages, "ticket-messages"),
    _at(f"{_TICKET}/replies", conversation.TicketReplies, "ticket-replies"),
    _at(f"{_TICKET}/notes", conversation.TicketNotes, "ticket-notes"),
    _at(f"{_TICKET}/events", conversation.TicketEvents, "ticket-events"),
    _at(f"{_TICKET}/clocks", conversation.TicketClocks, "ticket-clocks"),
    _at(f"{_TICKET}/claim", acting.Claim, "ticket-claim"),
    _at(f"{_TICKET}/release", acting.Release, "ticket-release"),
    _at(f"{_TICKET}/assign", acting.Assign, "ticket-assign"),
    _at(f"{_TICKET}/route", acting.Route, "ticket-route"),
    _at(f"{_TICKET}/classify", acting.Classify, "ticket-classify"),
    _at(f"{_TICKET}/reply", acting.WriteReply, "ticket-reply"),
    _at(f"{_TICKET}/note", acting.AddNote, "ticket-note"),
    _at(f"{_TICKET}/resolve", acting.Resolve, "ticket-resolve"),
    _at(f"{_TICKET}/reopen", acting.Reopen, "ticket-reopen"),
    _at(
        f"{_TICKET}/replies/<uuid:reply>/take-back", acting.TakeBack, "reply-take-back"
    ),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
]
