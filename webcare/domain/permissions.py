"""Who may do what: one table of roles, read by every door."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    LISTENER = "listener", _("Listener")
    AGENT = "agent", _("Agent")
    SPECIALIST = "specialist", _("Specialist")
    LEAD = "lead", _("Team lead")
    PRIVACY_OFFICER = "privacy_officer", _("Privacy officer")
    INTEGRATOR = "integrator", _("Integrator")
    ADMIN = "admin", _("Administrator")


class Permission(TextChoices):
    """What can be done. Granted in one queue, or in all of them."""

    # Tickets
    SEE_TICKETS = "see_tickets"
    WORK_TICKETS = "work_tickets"  # claim, reply, note, classify, resolve, merge, tag
    STEER_QUEUES = "steer_queues"  # assign to others, take from others, route anywhere
    APPROVE_REPLIES = "approve_replies"  # another's answer, where a queue asks for it
    MODERATE = "moderate"  # hide, like and retract on the platform
    CONSULT = "consult"  # ask somebody outside the desk, by mail
    BULK_CHANGE = "bulk_change"
    ACKNOWLEDGE_ALARMS = "acknowledge_alarms"
    CLEAR_DANGER = "clear_danger"  # say that it was a false alarm
    # What a team makes for itself
    SHARE_VIEWS = "share_views"  # one's own need no permission
    SHARE_MACROS = "share_macros"
    MANAGE_TAGS = "manage_tags"
    MANAGE_FIELDS = "manage_fields"
    MANAGE_RULES = "manage_rules"
    MANAGE_ALARMS = "manage_alarms"  # words of danger, and who is on call
    MANAGE_MEMBERS = "manage_members"  # agents, specialists, listeners of a queue
    MANAGE_TEAMS = "manage_teams"
    TEACH_TOPICS = "teach_topics"
    # Looking back
    SEE_REPORTS = "see_reports"
    SEE_PEOPLE = "see_people"  # figures per agent
    EXPORT_TICKETS = "export_tickets"
    SEE_AUDIT = "see_audit"
    # Somebody's data
    EXPORT_PERSON = "export_person"
    ERASE_PERSON = "erase_person"
    # The desk itself
    SET_UP = "set_up"  # channels, queues, people, tokens
    MANAGE_WEBHOOKS = "manage_webhooks"
    FEED = "feed"  # hand in messages for a channel
    MEND = "mend"  # set-aside work: look at it, drive it again


_P = Permission
_WORKS = frozenset(
    {
        _P.SEE_TICKETS,
        _P.WORK_TICKETS,
        _P.CONSULT,
        _P.BULK_CHANGE,
        _P.ACKNOWLEDGE_ALARMS,
        _P.SEE_REPORTS,
        _P.TEACH_TOPICS,
    }
)
_KNOWS_MORE = _WORKS | {
    _P.APPROVE_REPLIES,
    _P.CLEAR_DANGER,
    _P.MODERATE,
    _P.SHARE_VIEWS,
    _P.SHARE_MACROS,
}
_LEADS = _KNOWS_MORE | {
    _P.STEER_QUEUES,
    _P.MANAGE_TAGS,
    _P.MANAGE_FIELDS,
    _P.MANAGE_RULES,
    _P.MANAGE_ALARMS,
    _P.MANAGE_MEMBERS,
    _P.MANAGE_TEAMS,
    _P.SEE_PEOPLE,
    _P.EXPORT_TICKETS,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.LISTENER: frozenset({_P.SEE_TICKETS, _P.SEE_REPORTS}),
    Role.AGENT: _WORKS,
    Role.SPECIALIST: _KNOWS_MORE,
    Role.LEAD: _LEADS,
    Role.PRIVACY_OFFICER: frozenset(
        {
            _P.SEE_TICKETS,
            _P.SEE_REPORTS,
            _P.SEE_AUDIT,
            _P.EXPORT_PERSON,
            _P.ERASE_PERSON,
        }
    ),
    Role.INTEGRATOR: _WORKS | {_P.FEED, _P.MANAGE_WEBHOOKS},
    Role.ADMIN: frozenset(Permission),
}
# What a team lead may give and take in a queue of their own.
GIVEN_BY_LEADS = frozenset({Role.LISTENER, Role.AGENT, Role.SPECIALIST})


def is_less(role: str, than: str) -> bool:
    """Whether somebody who had the role `than` and now has `role` lost a right."""
    return not GRANTS[Role(role)] >= GRANTS[Role(than)]


def roles_with(permission: Permission) -> list[str]:
    """Return the roles that `permission` is granted to."""
    return [role.value for role in Role if permission in GRANTS[role]]
