from webcare.models.alarms import Alarm, AlarmCall, OnCall
from webcare.models.approvals import Approval
from webcare.models.audit import AuditEntry
from webcare.models.automation import (
    AutomationRule,
    AutomationRuleVersion,
    RuleAnswer,
    RuleFiring,
    RuleTrace,
    RuleTrigger,
)
from webcare.models.bulk import BulkItem, BulkJob
from webcare.models.clocks import Clock, Turn
from webcare.models.consultations import Consultation
from webcare.models.drafts import Draft
from webcare.models.erasures import LogErasure
from webcare.models.fields import CustomField, FieldValue
from webcare.models.links import TicketLink
from webcare.models.macros import Macro, MacroText, MacroUse
from webcare.models.mails import Mail
from webcare.models.merges import Merge
from webcare.models.notes import Note, NoteMention
from webcare.models.notifications import Follower, Notification
from webcare.models.people import (
    ApiToken,
    FailedSignIn,
    IdempotentRequest,
    Membership,
    Presence,
    Skill,
    User,
    UserLanguage,
    UserSkill,
)
from webcare.models.presence import TicketPresence
from webcare.models.private_threads import PrivateThread
from webcare.models.queues import ChannelLoad, Queue, RequiredSkill, RoutingRule
from webcare.models.references import ExternalReference
from webcare.models.replies import Reply
from webcare.models.search import SearchEntry
from webcare.models.subscriptions import (
    Subscription,
    SubscriptionDelivery,
    SubscriptionSequence,
)
from webcare.models.tags import Tag, TicketTag
from webcare.models.teams import Team, TeamMember
from webcare.models.tickets import Decision, Ticket, TicketEvent, TicketMessage
from webcare.models.topics import Topic, TopicExample, TopicModel, TopicRule
from webcare.models.views import View

__all__ = [
    "Alarm",
    "AlarmCall",
    "ApiToken",
    "Approval",
    "AuditEntry",
    "AutomationRule",
    "AutomationRuleVersion",
    "BulkItem",
    "BulkJob",
    "ChannelLoad",
    "Clock",
    "Consultation",
    "CustomField",
    "Decision",
    "Draft",
    "ExternalReference",
    "FailedSignIn",
    "FieldValue",
    "Follower",
    "IdempotentRequest",
    "LogErasure",
    "Macro",
    "MacroText",
    "MacroUse",
    "Mail",
    "Membership",
    "Merge",
    "Note",
    "NoteMention",
    "Notification",
    "OnCall",
    "Presence",
    "PrivateThread",
    "Queue",
    "Reply",
    "RequiredSkill",
    "RoutingRule",
    "RuleAnswer",
    "RuleFiring",
    "RuleTrace",
    "RuleTrigger",
    "Skill",
    "Subscription",
    "SubscriptionDelivery",
    "SubscriptionSequence",
    "Tag",
    "Team",
    "TeamMember",
    "Ticket",
    "TicketEvent",
    "TicketLink",
    "TicketMessage",
    "TicketPresence",
    "TicketTag",
    "Topic",
    "TopicExample",
    "TopicModel",
    "TopicRule",
    "Turn",
    "User",
    "UserLanguage",
    "UserSkill",
    "SearchEntry",
    "View",
]
