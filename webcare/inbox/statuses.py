"""How states look: a word, a shape and a colour, so that none has to be guessed."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from webcare.domain.clocks import Light
from webcare.domain.lifecycle import Status
from webcare.domain.outcomes import Priority


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Each is one of those below: no two are alike, and none is compared by its word.

    `shape` names an icon of icons.svg, `tone` a set of colour tokens."""

    word: str | Lazy
    shape: str
    tone: str


STATUSES: Mapping[str, Look] = {
    Status.NEW: Look(_("New"), "new", "accent"),
    Status.OPEN: Look(_("Open"), "open", "accent"),
    Status.PENDING: Look(_("Waiting for the customer"), "hourglass", "quiet"),
    Status.ON_HOLD: Look(_("Waiting for a colleague"), "people", "quiet"),
    Status.SNOOZED: Look(_("Snoozed"), "moon", "quiet"),
    Status.RESOLVED: Look(_("Resolved"), "check", "good"),
    Status.CLOSED: Look(_("Closed"), "closed", "quiet"),
}
LIGHTS: Mapping[str, Look] = {
    Light.GREEN: Look(_("In time"), "clock", "good"),
    Light.AMBER: Look(_("Nearly due"), "triangle", "warn"),
    Light.RED: Look(_("Late"), "octagon", "bad"),
}
PRIORITIES: Mapping[str, Look] = {
    Priority.LOW: Look(_("Low"), "down", "quiet"),
    Priority.NORMAL: Look(_("Normal"), "equal", "quiet"),
    Priority.HIGH: Look(_("High"), "up", "warn"),
    Priority.URGENT: Look(_("Urgent"), "up", "bad"),
}
DELIVERIES: Mapping[str, Look] = {
    "waiting": Look(_("Waiting to be sent"), "hourglass", "warn"),
    "held": Look(_("Held back"), "closed", "warn"),
    "sending": Look(_("Being sent"), "send", "accent"),
    "sent": Look(_("Sent"), "check", "good"),
    "refused": Look(_("Refused"), "octagon", "bad"),
    "uncertain": Look(_("Outcome unknown"), "question", "warn"),
}
APPROVALS: Mapping[str, Look] = {
    "waiting": Look(_("Waiting for approval"), "people", "warn"),
    "rejected": Look(_("Not approved"), "octagon", "bad"),
    "voided": Look(_("No longer valid"), "close", "quiet"),
    "expired": Look(_("Expired"), "clock", "quiet"),
}
# Why there is nothing to read, where a list shows what was said.
GONE: Mapping[str | None, str | Lazy] = {
    "request": _("Erased on request"),
    "age": _("Erased because it was old"),
    "author": _("Deleted by its author"),
}
# Why an answer does not wait for approval any more.
LAPSES: Mapping[str, str | Lazy] = {
    "author_wrote": _("The customer wrote again."),
    "answered": _("A colleague answered meanwhile."),
    "answered_elsewhere": _("It was answered outside the desk."),
    "changed": _("The ticket has changed since."),
}
PRESENCES: Mapping[str, Look] = {
    "present": Look(_("Present"), "present", "good"),
    "break": Look(_("On a break"), "break", "warn"),
    "away": Look(_("Away"), "away", "quiet"),
}
