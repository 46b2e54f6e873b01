from django.urls import path

from webcare.inbox import (
    alarms,
    consult,
    preferences,
    replies,
    sign_in,
    ticket,
    tickets,
    work,
)

app_name = "inbox"
_TICKET = "tickets/<uuid:public_id>"
urlpatterns = [
    path("", tickets.ticket_list, name="ticket-list"),
    path("live", tickets.ticket_list_live, name="ticket-list-live"),
    path("next", tickets.next_ticket, name="next-ticket"),
    path(_TICKET, ticket.ticket, name="ticket"),
    path(f"{_TICKET}/live", ticket.ticket_live, name="ticket-live"),
    path(f"{_TICKET}/reply", replies.reply, name="reply"),
    path(f"{_TICKET}/note", replies.note, name="note"),
    path(f"{_TICKET}/claim", work.claim, name="claim"),
    path(f"{_TICKET}/release", work.release, name="release"),
    path(f"{_TICKET}/resolve", work.resolve, name="resolve"),
    path(f"{_TICKET}/reopen", work.reopen, name="reopen"),
    path(f"{_TICKET}/classify", work.classify, name="classify"),
    path(f"{_TICKET}/route", work.route, name="route"),
    path("replies/<uuid:public_id>/take-back", replies.take_back, name="take-back"),
    path("alarms/<str:key>", alarms.heard, name="alarm"),
    path("consult/<str:key>", consult.consult, name="consult"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("language", preferences.choose_language, name="language"),
    path("theme", preferences.choose_theme, name="theme"),
    path("presence", preferences.set_presence, name="presence"),
    path("presence/sign", preferences.sign_of_life, name="sign-of-life"),
]
