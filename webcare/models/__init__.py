from webcare.models.approvals import Approval
from webcare.models.clocks import Clock, Turn
from webcare.models.drafts import Draft
from webcare.models.macros import Macro, MacroText
from webcare.models.people import (
    ApiToken,
    FailedSignIn,
    IdempotentRequest,
    Membership,
    Presence,
    User,
)
from webcare.models.presence import TicketPresence
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
    "Approval",
    "Clock",
    "Decision",
    "Draft",
    "FailedSignIn",
    "IdempotentRequest",
    "Macro",
    "MacroText",
    "Membership",
    "Note",
    "Presence",
    "Queue",
    "Reply",
    "RoutingRule",
    "Ticket",
    "TicketEvent",
    "TicketMessage",
    "TicketPresence",
    "Topic",
    "TopicExample",
    "TopicModel",
    "TopicRule",
    "Turn",
    "User",
]
