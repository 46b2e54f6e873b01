"""The panel on a ticket that says why it has its topic; asked for when it is opened."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from webcare.domain.topics.prediction import BY_EXAMPLES, BY_MEANING, BY_WORDS
from webcare.inbox.http import DeskRequest, desk
from webcare.queries import topic_reasons
from webcare.queries.tickets import ticket_for
from webcare.queries.topics import names_by_id

if TYPE_CHECKING:
    from webcare.queries.topic_reasons import Machine


_LED_BY = {
    BY_WORDS: _("By its words"),
    BY_MEANING: _("By what it means, beside its words"),
    BY_EXAMPLES: _("By what people said of texts like it"),
}


@desk
@require_GET
def why(request: DeskRequest, public_id: UUID) -> HttpResponse:
    """Show the rule, the words and the examples that decided, and what came next."""
    ticket = ticket_for(request.user, public_id)
    machine = topic_reasons.machine_on(ticket)
    names = names_by_id(request.user)
    shown: dict[str, object] = {"ticket": ticket, "machine": machine}
    if machine is not None:
        shown |= _shown(machine, names) | {
            "examples": [
                (one, names.get(one.topic, ""), round(one.likeness * 100))
                for one in topic_reasons.examples_of(request.user, ticket, machine)
            ]
        }
    return render(request, "webcare/inbox/_topic_why.html", shown)


def _shown(machine: "Machine", names: dict[int, str]) -> dict[str, object]:
    model = machine.why.get("model") or {}
    return {
        "rules": [
            (one["found"], one["pattern"], names.get(one["topic"], ""))
            for one in machine.why.get("rules") or []
        ],
        "words": [
            (one["words"], round(one["weight"], 2)) for one in model.get("why") or []
        ],
        "likeliest": [
            (names.get(one["topic"], ""), round(one["confidence"] * 100))
            for one in machine.alternatives
        ],
        "led_by": _LED_BY.get(model.get("led_by", ""), ""),
        "margin": None if machine.margin is None else round(machine.margin * 100),
        "sentences": [
            (names.get(one["topic"], ""), one["found"])
            for one in machine.why.get("also") or []
        ],
    }
