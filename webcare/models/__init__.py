from webcare.models.activity import Activity
from webcare.models.alarms import Alarm, AlarmCall, OnCall
from webcare.models.annoyances import Annoyance
from webcare.models.approvals import Approval
from webcare.models.attachments import Attachment
from webcare.models.audit import AuditEntry
from webcare.models.automation import (
    AutomationRule,
    AutomationRuleVersion,
    RuleAnswer,
    RuleFiring,
    RuleHold,
    RuleTrace,
    RuleTrigger,
)
from webcare.models.bulk import BulkItem, BulkJob
from webcare.models.calendars import Calendar, CalendarVersion
from webcare.models.clock_versions import ClockVersion
from webcare.models.clocks import Clock
from webcare.models.consultations import Consultation
from webcare.models.decision_versions import DecisionVersion
from webcare.models.decisions import Decision
from webcare.models.desk import DeskSetting
from webcare.models.drafts import Draft, NoteDraft
from webcare.models.endings import Ending
from webcare.models.erasures import Erasure, LogErasure
from webcare.models.fields import CustomField, FieldValue
from webcare.models.imports import Import, ImportFile, ImportProblem
from webcare.models.links import TicketLink
from webcare.models.macros import Macro, MacroText, MacroUse
from webcare.models.mails import Mail
from webcare.models.merges import Merge
from webcare.models.notes import Note, NoteMention
from webcare.models.notification_settings import NotificationSetting
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
from webcare.models.policies import Policy, PolicyVersion
from webcare.models.presence import TicketPresence
from webcare.models.private_threads import PrivateThread
from webcare.models.queues import ChannelLoad, Queue, RequiredSkill, RoutingRule
from webcare.models.readings import Reading
from webcare.models.references import ExternalReference
from webcare.models.replies import Reply
from webcare.models.report_schedules import ReportMailing, ReportSchedule
from webcare.models.retention import Retention, RetentionDay
from webcare.models.rolls import Cell, HourCell, Mark, Ongoing, Roll
from webcare.models.routing import AuthorList, ListedAuthor, RoutingVersion
from webcare.models.search import SearchEntry
from webcare.models.second_factors import RecoveryCode, SecondFactor
from webcare.models.sign_ins import SignIn
from webcare.models.subscriptions import (
    Subscription,
    SubscriptionDelivery,
    SubscriptionSequence,
)
from webcare.models.surveys import Survey, SurveyComment, SurveySetting
from webcare.models.sweeps import Sweep
from webcare.models.tags import Tag, TicketTag
from webcare.models.teams import Team, TeamMember
from webcare.models.ticket_events import TicketEvent
from webcare.models.ticket_messages import TicketMessage
from webcare.models.ticket_openings import TicketOpening
from webcare.models.tickets import Ticket
from webcare.models.topics import (
    SampledTicket,
    TicketTopic,
    Topic,
    TopicExample,
    TopicMerge,
    TopicModel,
    TopicRule,
    TopicSample,
)
from webcare.models.turns import Turn, TurnVersion
from webcare.models.views import View

__all__ = [
    "Activity",
    "Alarm",
    "AlarmCall",
    "Annoyance",
    "ApiToken",
    "Approval",
    "Attachment",
    "AuditEntry",
    "AutomationRule",
    "AutomationRuleVersion",
    "AuthorList",
    "BulkItem",
    "BulkJob",
    "Calendar",
    "CalendarVersion",
    "Cell",
    "ChannelLoad",
    "Clock",
    "ClockVersion",
    "Consultation",
    "CustomField",
    "Decision",
    "DecisionVersion",
    "DeskSetting",
    "Draft",
    "Ending",
    "Erasure",
    "ExternalReference",
    "FailedSignIn",
    "FieldValue",
    "Follower",
    "IdempotentRequest",
    "Import",
    "ImportFile",
    "ImportProblem",
    "ListedAuthor",
    "LogErasure",
    "Macro",
    "MacroText",
    "MacroUse",
    "Mail",
    "Mark",
    "Membership",
    "Merge",
    "Note",
    "NoteDraft",
    "NoteMention",
    "Notification",
    "NotificationSetting",
    "OnCall",
    "HourCell",
    "Ongoing",
    "Policy",
    "PolicyVersion",
    "Presence",
    "PrivateThread",
    "Queue",
    "Reading",
    "RecoveryCode",
    "Reply",
    "ReportMailing",
    "ReportSchedule",
    "RequiredSkill",
    "Retention",
    "RetentionDay",
    "Roll",
    "RoutingRule",
    "RoutingVersion",
    "RuleAnswer",
    "RuleFiring",
    "RuleHold",
    "RuleTrace",
    "RuleTrigger",
    "SecondFactor",
    "SignIn",
    "Skill",
    "Subscription",
    "SubscriptionDelivery",
    "SubscriptionSequence",
    "Survey",
    "SurveyComment",
    "SurveySetting",
    "Sweep",
    "Tag",
    "Team",
    "TeamMember",
    "Ticket",
    "TicketEvent",
    "TicketLink",
    "TicketMessage",
    "TicketOpening",
    "TicketPresence",
    "TicketTag",
    "Topic",
    "SampledTicket",
    "TopicSample",
    "TicketTopic",
    "TopicExample",
    "TopicMerge",
    "TopicModel",
    "TopicRule",
    "Turn",
    "TurnVersion",
    "User",
    "UserLanguage",
    "UserSkill",
    "SearchEntry",
    "View",
]
