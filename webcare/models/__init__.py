from webcare.models.clocks import Clock, Turn
from webcare.models.people import (
    ApiToken,
    FailedSignIn,
    IdempotentRequest,
    Membership,
    Presence,
    User,
)
from webcare.models.queues import Queue, RoutingRule
from webcare.models.replies import Reply
from webcare.models.tickets import (
    Decision,
    Note,
    Ticket,
    TicketEvent,
    TicketMessage,
)
from webcare.models.topics import Topic, TopicExample, TopicModel, TopicRule

__all__ = [
    "ApiToken",
    "Clock",
    "Decision",
    "FailedSignIn",
    "IdempotentRequest",
    "Membership",
    "Note",
    "Presence",
    "Queue",
    "Reply",
    "RoutingRule",
    "Ticket",
    "TicketEvent",
    "TicketMessage",
    "Topic",
    "TopicExample",
    "TopicModel",
    "TopicRule",
    "Turn",
    "User",
]
