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
    SEE_TICKETS = "see_tickets"
    WORK_TICKETS = "work_tickets"  # claim, reply, note, classify, resolve
    STEER_QUEUES = "steer_queues"  # assign to others, route anywhere
    SEE_REPORTS = "see_reports"
    SEE_PEOPLE = "see_people"  # figures per agent
    TEACH_TOPICS = "teach_topics"
    SET_UP = "set_up"  # channels, queues, people, tokens
    FEED = "feed"  # hand in messages for a channel
    MEND = "mend"  # set-aside work: look at it, drive it again


_P = Permission
_WORKS = frozenset({_P.SEE_TICKETS, _P.WORK_TICKETS, _P.SEE_REPORTS, _P.TEACH_TOPICS})

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.LISTENER: frozenset({_P.SEE_TICKETS, _P.SEE_REPORTS}),
    Role.AGENT: _WORKS,
    Role.SPECIALIST: _WORKS,
    Role.LEAD: _WORKS | {_P.STEER_QUEUES, _P.SEE_PEOPLE},
    Role.PRIVACY_OFFICER: frozenset({_P.SEE_TICKETS, _P.SEE_REPORTS}),
    Role.INTEGRATOR: _WORKS | {_P.FEED},
    Role.ADMIN: frozenset(Permission),
}


def roles_with(permission: Permission) -> list[str]:
    """Return the roles that `permission` is granted to."""
    return [role.value for role in Role if permission in GRANTS[role]]
