"""Why a change of many tickets left one as it was, in words."""

from collections.abc import Mapping

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

LEFT: Mapping[str, str | Lazy] = {
    "gone": _("what it should get is not there any more"),
    "unchanged": _("it was so already"),
    "not_live": _("it is over already"),
    "invalid_move": _("it cannot go there from its status"),
    "ticket_changed": _("somebody else changed it meanwhile"),
    "not_allowed": _("you may not do that to it"),
    "not_found": _("you do not see it any more"),
    "person_chose": _("somebody chose otherwise"),
    "danger_stands": _("it speaks of danger, and stays urgent"),
    "outcome_needed": _("its queue wants an outcome"),
    "fields_needed": _("a field has to be answered first"),
    "agent_not_in_queue": _("they do not work in its queue"),
    "hands_full": _("they have enough at hand"),
    "can_still_be_reopened": _("its author can still reopen it"),
    "reply_too_long": _("the text is too long for its channel"),
    "invalid": _("something is missing for it"),
}
