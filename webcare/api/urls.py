from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from webcare.api import (
    acting,
    alarms,
    channels,
    conversation,
    followers,
    intake,
    live,
    merges,
    moderation,
    notes,
    notifications,
    priority,
    queues,
    references,
    reports,
    stream,
    subscriptions,
    tags,
    tickets,
    tokens,
    topics,
    work,
)
from webcare.api.endpoint import Endpoint

app_name = "api"


def _at(where: str, view: type[Endpoint], name: str) -> URLPattern:
    return path(f"api/v1/{where}", view.as_view(), name=name)


_TICKET = "tickets/<uuid:ticket>"
_HOOK = "subscriptions/<uuid:subscription>"

urlpatterns = [
    path("api/v1/channels/<slug:slug>/messages", intake.take_in, name="intake"),
    _at("events", stream.EventStream, "events"),
    _at("live", live.Live, "live"),
    _at("tickets", tickets.TicketList, "tickets"),
    _at(_TICKET, tickets.TicketDetail, "ticket"),
    _at(f"{_TICKET}/messages", conversation.TicketMessages, "ticket-messages"),
    _at(f"{_TICKET}/replies", conversation.TicketReplies, "ticket-replies"),
    _at(f"{_TICKET}/notes", notes.TicketNotes, "ticket-notes"),
    _at(f"{_TICKET}/events", conversation.TicketEvents, "ticket-events"),
    _at(f"{_TICKET}/clocks", conversation.TicketClocks, "ticket-clocks"),
    _at(f"{_TICKET}/claim", acting.Claim, "ticket-claim"),
    _at(f"{_TICKET}/release", acting.Release, "ticket-release"),
    _at(f"{_TICKET}/assign", acting.Assign, "ticket-assign"),
    _at(f"{_TICKET}/route", acting.Route, "ticket-route"),
    _at(f"{_TICKET}/classify", acting.Classify, "ticket-classify"),
    _at(f"{_TICKET}/reply", acting.WriteReply, "ticket-reply"),
    _at(f"{_TICKET}/note", notes.AddNote, "ticket-note"),
    _at(f"{_TICKET}/resolve", acting.Resolve, "ticket-resolve"),
    _at(f"{_TICKET}/reopen", acting.Reopen, "ticket-reopen"),
    _at(f"{_TICKET}/merge", merges.Merge, "ticket-merge"),
    _at(f"{_TICKET}/unmerge", merges.Unmerge, "ticket-unmerge"),
    _at(f"{_TICKET}/split", merges.Split, "ticket-split"),
    _at(
        f"{_TICKET}/replies/<uuid:reply>/take-back", acting.TakeBack, "reply-take-back"
    ),
    _at(f"{_TICKET}/hide", moderation.Hide, "ticket-hide"),
    _at(f"{_TICKET}/unhide", moderation.Unhide, "ticket-unhide"),
    _at(f"{_TICKET}/like", moderation.Like, "ticket-like"),
    _at(f"{_TICKET}/unlike", moderation.Unlike, "ticket-unlike"),
    _at(f"{_TICKET}/retract", moderation.Retract, "ticket-retract"),
    _at(f"{_TICKET}/acts", moderation.TicketActs, "ticket-acts"),
    _at("alarms", alarms.Alarms, "alarms"),
    _at("alarms/<uuid:alarm>/acknowledge", alarms.AlarmAcknowledge, "alarm-heard"),
    _at("on-call", alarms.OnCallList, "on-call"),
    _at("on-call/<uuid:on_call_id>", alarms.OnCallDetail, "on-call-person"),
    _at(f"{_TICKET}/follow", followers.Follow, "ticket-follow"),
    _at(f"{_TICKET}/followers", followers.TicketFollowers, "ticket-followers"),
    _at(f"{_TICKET}/tag", tags.TagTicket, "ticket-tag"),
    _at(f"{_TICKET}/priority", priority.SetPriority, "ticket-priority"),
    _at(f"{_TICKET}/danger", priority.SetDanger, "ticket-danger"),
    _at(f"{_TICKET}/references", references.TicketReferences, "ticket-references"),
    _at(
        f"{_TICKET}/references/<uuid:reference>",
        references.TicketReference,
        "ticket-reference",
    ),
    _at("tags", tags.Tags, "tags"),
    _at("tags/<slug:slug>", tags.TagDetail, "tag"),
    _at("notifications", notifications.Notifications, "notifications"),
    _at("notifications/read", notifications.Read, "notifications-read"),
    _at("topics", topics.Topics, "topics"),
    _at("topics/train", topics.TopicTraining, "topics-train"),
    _at("topics/train/<uuid:training>", topics.TopicTrainingDetail, "topics-training"),
    _at("topics/predict", topics.TopicPrediction, "topics-predict"),
    _at("topics/quality", topics.TopicQuality, "topics-quality"),
    _at("topics/<slug:slug>", topics.TopicDetail, "topic"),
    _at("topics/<slug:slug>/rules", topics.TopicRules, "topic-rules"),
    _at("topics/<slug:slug>/rules/<int:rule>", topics.TopicRule, "topic-rule"),
    _at("topics/<slug:slug>/examples", topics.TopicExamples, "topic-examples"),
    _at("channels", channels.Channels, "channels"),
    _at("channels/<slug:slug>", channels.ChannelDetail, "channel"),
    _at("channels/<slug:slug>/secret", channels.ChannelSecret, "channel-secret"),
    _at("channels/<slug:slug>/resume", channels.ChannelResume, "channel-resume"),
    _at("queues", queues.Queues, "queues"),
    _at("queues/<slug:slug>", queues.QueueDetail, "queue"),
    _at("agents", queues.Agents, "agents"),
    _at("tokens", tokens.Tokens, "tokens"),
    _at("tokens/<int:token>/revoke", tokens.TokenRevoke, "token-revoke"),
    _at("subscriptions", subscriptions.Subscriptions, "subscriptions"),
    _at(_HOOK, subscriptions.SubscriptionDetail, "subscription"),
    _at(f"{_HOOK}/secret", subscriptions.SubscriptionSecret, "subscription-secret"),
    _at(f"{_HOOK}/test", subscriptions.SubscriptionTest, "subscription-test"),
    _at(f"{_HOOK}/replay", subscriptions.SubscriptionReplay, "subscription-replay"),
    _at(
        f"{_HOOK}/deliveries",
        subscriptions.SubscriptionDeliveries,
        "subscription-deliveries",
    ),
    _at(
        f"{_HOOK}/deliveries/<uuid:delivery>/replay",
        subscriptions.DeliveryReplay,
        "subscription-delivery-replay",
    ),
    _at("reports/response-times", reports.ResponseTimes, "report-response-times"),
    _at("reports/resolutions", reports.Resolutions, "report-resolutions"),
    _at("listening/decisions", reports.Decisions, "listening-decisions"),
    _at("work/set-aside", work.Work, "work"),
    _at("work/redrive", work.WorkRedrive, "work-redrive"),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path(
        "api/docs",
        SpectacularSwaggerSplitView.as_view(
            url_name="api:schema", template_name="webcare/api/docs.html"
        ),
        name="docs",
    ),
]
