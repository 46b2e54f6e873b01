"""Rules of the desk: set up, tried, and what they did to a ticket."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.actions import automation
from webcare.actions.automation_trial import MOST, try_rule
from webcare.api.endpoint import Endpoint, Request
from webcare.api.inputs import In, asked
from webcare.api.pages import PAGING, limit_of, mark_of, paged
from webcare.api.permissions import Asking, Desk, SetUp
from webcare.api.schema import IF_MATCH, says
from webcare.api.shapes import Json, Out, PersonOut, person_out, stamp
from webcare.domain.automation.words import TraceResult
from webcare.queries.automation import definitions_of, rule_for, rules_of
from webcare.queries.automation_traces import TraceRow, trace_page
from webcare.queries.conversation import place_of
from webcare.queries.setup import chosen_queue

HIGHEST = 100_000
PARTS = ("trigger", "conditions", "actions")


class AutomationRuleOut(Out):
    """What the desk does by itself. It acts under its owner's permission."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    is_enabled = serializers.BooleanField()
    queue = serializers.CharField(allow_null=True)
    owner = PersonOut(allow_null=True)
    version = serializers.IntegerField()
    trigger = serializers.JSONField()
    conditions = serializers.JSONField()
    actions = serializers.JSONField()


class DefinitionIn(In):
    """`trigger`: {"events": […]} or {"timer": {"state", "minutes"}}.

    `conditions`: {"all"|"any"|"none": […]} around {"field": …, "is": …}; `actions`:
    a list of {"do": …}. A mistake is told under its path.
    """

    trigger = serializers.JSONField()
    conditions = serializers.JSONField(required=False)
    actions = serializers.JSONField()


class AutomationRuleIn(DefinitionIn):
    name = serializers.CharField(max_length=100)
    position = serializers.IntegerField(
        min_value=0, max_value=HIGHEST, required=False, default=0
    )
    is_enabled = serializers.BooleanField(default=False)
    queue = serializers.SlugField(required=False, allow_null=True, default=None)


class AutomationRuleChange(In):
    name = serializers.CharField(max_length=100, required=False)
    position = serializers.IntegerField(min_value=0, max_value=HIGHEST, required=False)
    is_enabled = serializers.BooleanField(required=False)
    queue = serializers.SlugField(required=False, allow_null=True)
    trigger = serializers.JSONField(required=False)
    conditions = serializers.JSONField(required=False)
    actions = serializers.JSONField(required=False)


class TrialIn(AutomationRuleIn):
    """A rule as it would be made, and how many of the last tickets to try it on."""

    name = serializers.CharField(max_length=100, required=False)
    last = serializers.IntegerField(min_value=1, max_value=MOST, default=100)


class WouldOut(Out):
    ticket = serializers.UUIDField()
    changes = serializers.ListField(child=serializers.JSONField())


class TrialOut(Out):
    """What the rule would do to the last tickets you may see; nothing was written."""

    looked_at = serializers.IntegerField()
    matched = serializers.IntegerField()
    results = WouldOut(many=True)


def rule_out(rule: Any, definition: Json) -> Json:
    return {
        "id": str(rule.public_id),
        "name": rule.name,
        "position": rule.position,
        "is_enabled": rule.is_enabled,
        "queue": rule.queue and rule.queue.slug,
        "owner": rule.owner and person_out(rule.owner),
        "version": rule.version,
        **definition,
    }


def _shown(rule: Any, status: int = 200) -> Response:
    definition = definitions_of([rule])[rule.pk]
    tag = {"ETag": f'"{rule.version}"'}
    return Response(rule_out(rule, definition), status=status, headers=tag)


def _split(fields: Json) -> tuple[Json, Json]:
    """A definition, and what is said beside it."""
    definition = {name: fields.pop(name) for name in PARTS if name in fields}
    if "queue" in fields:
        slug = fields["queue"]
        fields["queue"] = None if slug is None else chosen_queue(slug)
    return definition, fields


class Rules(Endpoint):
    permission_classes = [SetUp]

    @says("List the rules you may manage", AutomationRuleOut(many=True), tag="set-up")
    def get(self, request: Request) -> Response:
        rules = list(rules_of(request.user))
        definitions = definitions_of(rules)
        return Response([rule_out(rule, definitions[rule.pk]) for rule in rules])

    @says(
        "Make a rule",
        AutomationRuleOut,
        asks=AutomationRuleIn,
        status=201,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        definition, fields = _split(asked(AutomationRuleIn, request))
        made = automation.make_rule(user=request.user, definition=definition, **fields)
        return _shown(made, status=201)


class RuleDetail(Endpoint):
    permission_classes = [SetUp]

    @says("Look at a rule", AutomationRuleOut, refuses=(404,), tag="set-up")
    def get(self, request: Request, rule: UUID) -> Response:
        return _shown(rule_for(request.user, rule))

    @says(
        "Change a rule: a version of its own",
        AutomationRuleOut,
        asks=AutomationRuleChange,
        refuses=(404, 412, 422),
        parameters=(IF_MATCH,),
        tag="set-up",
    )
    def patch(self, request: Request, rule: UUID) -> Response:
        found = rule_for(request.user, rule)
        definition, fields = _split(asked(AutomationRuleChange, request, partial=True))
        changed = automation.change_rule(
            user=request.user,
            rule=found,
            version=_seen(request),
            definition=definition,
            **fields,
        )
        return _shown(changed)

    @says("Take a rule out of use", None, status=204, refuses=(404,), tag="set-up")
    def delete(self, request: Request, rule: UUID) -> Response:
        automation.retire_rule(user=request.user, rule=rule_for(request.user, rule))
        return Response(status=204)


def _seen(request: Request) -> int | None:
    """The version the caller decided on; a tag that is none of ours was never true."""
    tag = request.headers.get("If-Match", "*").strip()
    if tag == "*":
        return None
    number = tag.strip('"')
    is_ours = number.isascii() and number.isdigit() and len(number) < 10
    return int(number) if is_ours else -1


class RuleTrial(Endpoint):
    permission_classes = [Asking]

    @says(
        "Try a rule on the last tickets, without effect",
        TrialOut,
        asks=TrialIn,
        refuses=(422,),
        tag="set-up",
    )
    def post(self, request: Request) -> Response:
        given = asked(TrialIn, request)
        trial = _try(request, given)
        results = [
            {"ticket": ticket, "changes": changes} for ticket, changes in trial.matched
        ]
        return Response(
            {
                "looked_at": trial.looked_at,
                "matched": len(results),
                "results": results,
            }
        )


def _try(request: Request, given: Json) -> Any:
    definition, rest = _split(given)
    return try_rule(
        user=request.user,
        definition=definition,
        queue=rest["queue"],
        last=rest["last"],
    )


class TraceStepOut(Out):
    do = serializers.CharField()
    result = serializers.CharField()


class TraceOut(Out):
    """What a rule did to a ticket, or why it was not allowed to."""

    rule = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    event = serializers.IntegerField(allow_null=True)
    kind = serializers.CharField(allow_null=True)
    result = serializers.ChoiceField(choices=TraceResult.choices)
    reason = serializers.CharField(allow_blank=True)
    depth = serializers.IntegerField()
    steps = TraceStepOut(many=True)
    at = serializers.DateTimeField()


def trace_out(row: TraceRow) -> Json:
    return {
        "rule": str(row.rule),
        "name": row.name,
        "version": row.version,
        "event": row.event,
        "kind": row.kind,
        "result": row.result,
        "reason": row.reason,
        "depth": row.depth,
        "steps": row.steps,
        "at": stamp(row.at),
    }


class TicketTrace(Endpoint):
    permission_classes = [Desk]

    @says(
        "What rules did to a ticket, the newest first",
        TraceOut,
        parameters=tuple(PAGING),
        refuses=(404, 422),
        tag="tickets",
        is_list=True,
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        place = place_of(request.user, ticket)
        mark, limit = mark_of(request, "-at"), limit_of(request)
        rows, page = trace_page(place.id, mark, limit)
        return Response(paged(request, page, [trace_out(row) for row in rows], "-at"))
