"""Why a ticket has its topic, and the decision made again."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from webcare.api.endpoint import Endpoint, Request
from webcare.api.permissions import Desk
from webcare.api.schema import says
from webcare.api.shapes import Json, Out, PersonOut, person, stamp
from webcare.api.topic_predictions import AlternativeOut, with_slugs
from webcare.domain.outcomes import DecidedBy
from webcare.domain.topics.rules import RuleKind
from webcare.queries import topic_reasons, topics
from webcare.queries.event_rows import rule_names
from webcare.queries.tickets import ticket_for

LONGEST_EXAMPLE = 300


class FittingRuleOut(Out):
    id = serializers.UUIDField(allow_null=True, help_text="Null once it was removed.")
    topic = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=RuleKind.choices)
    pattern = serializers.CharField()
    found = serializers.CharField()


class DecidingWordOut(Out):
    """A word, and its part of the lead of the likeliest topic over the next."""

    words = serializers.CharField()
    weight = serializers.FloatField()


class NearExampleOut(Out):
    topic = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    likeness = serializers.FloatField(help_text="1 for the same text.")
    given_at = serializers.DateTimeField()
    given_by = PersonOut(allow_null=True)


class SentenceOut(Out):
    topic = serializers.CharField(allow_null=True)
    by = serializers.ChoiceField(choices=DecidedBy.choices)
    found = serializers.CharField()


class TopicReasonOut(Out):
    """The newest decision of a machine; what a person chose stands above it.

    `rules` are those that fitted: the first decided, if `by` is rule. `margin` is how
    far the likeliest topic is ahead of `runner_up`. `model` is the training.
    """

    at = serializers.DateTimeField()
    topic = serializers.CharField(allow_null=True)
    by = serializers.ChoiceField(choices=DecidedBy.choices)
    confidence = serializers.FloatField()
    rules = FittingRuleOut(many=True)
    led_by = serializers.CharField()
    words = DecidingWordOut(many=True)
    alternatives = AlternativeOut(many=True)
    runner_up = AlternativeOut(allow_null=True)
    margin = serializers.FloatField(allow_null=True)
    also = SentenceOut(many=True)
    examples = NearExampleOut(many=True)
    model = serializers.UUIDField(allow_null=True)


class TicketTopicOut(Out):
    topic = serializers.CharField(allow_null=True)
    by = serializers.ChoiceField(choices=DecidedBy.choices)
    machine = TopicReasonOut(allow_null=True)


class TopicReplayOut(Out):
    """`same` is null where it cannot be made again, and `reason` says why."""

    same = serializers.BooleanField(allow_null=True)
    reason = serializers.ChoiceField(
        choices=[
            "",
            "nothing_decided",
            "not_kept",
            "text_changed",
            "encoder_changed",
            "model_gone",
            "model_of_another_release",
            "examples_changed",
        ],
        allow_blank=True,
    )
    then = serializers.DictField(allow_null=True)
    now = serializers.DictField(allow_null=True)


class TicketTopic(Endpoint):
    permission_classes = [Desk]

    @says(
        "See why a ticket has its topic",
        TicketTopicOut,
        refuses=(404,),
        tag="topics",
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        found = ticket_for(request.user, ticket)
        machine = topic_reasons.machine_on(found)
        slugs = topics.slugs(request.user)
        return Response(
            {
                "topic": slugs.get(found.topic_id or 0),
                "by": found.topic_by,
                "machine": machine and _machine(request, found, machine, slugs),
            }
        )


def _machine(
    request: Request, ticket: Any, machine: Any, slugs: dict[int, str]
) -> Json:
    model = machine.why.get("model") or {}
    alternatives = with_slugs(machine.alternatives, slugs)
    rules = machine.why.get("rules") or []
    ids = rule_names([one["rule"] for one in rules])
    return {
        "at": stamp(machine.at),
        "topic": slugs.get(machine.topic),
        "by": machine.by,
        "confidence": machine.confidence,
        "rules": [
            {
                "id": ids.get(one["rule"]),
                "topic": slugs.get(one["topic"]),
                "kind": one["kind"],
                "pattern": one["pattern"],
                "found": one["found"],
            }
            for one in rules
        ],
        "led_by": model.get("led_by", ""),
        "words": model.get("why", []),
        "alternatives": alternatives,
        "runner_up": alternatives[1] if len(alternatives) > 1 else None,
        "margin": machine.margin,
        "also": with_slugs(machine.why.get("also") or [], slugs),
        "examples": [
            {
                "topic": slugs.get(one.topic),
                "text": one.text[:LONGEST_EXAMPLE],
                "likeness": one.likeness,
                "given_at": stamp(one.given_at),
                "given_by": person(one.by, one.by_name),
            }
            for one in topic_reasons.examples_of(request.user, ticket, machine)
        ],
        "model": machine.model and str(machine.model),
    }


class TicketTopicReplay(Endpoint):
    permission_classes = [Desk]

    @says(
        "Make the newest decision about a ticket's topic again, and compare",
        TopicReplayOut,
        refuses=(404,),
        tag="topics",
    )
    def get(self, request: Request, ticket: UUID) -> Response:
        # Loaded with the first question: most web processes never ask.
        from webcare.queries.topic_replay import replay  # noqa: PLC0415

        machine = topic_reasons.machine_on(ticket_for(request.user, ticket))
        if machine is None:
            none = {
                "same": None,
                "reason": "nothing_decided",
                "then": None,
                "now": None,
            }
            return Response(none)
        slugs = topics.slugs(request.user)
        found = replay(machine)
        return Response(
            {
                "same": found.same,
                "reason": found.reason,
                "then": _told(found.then, slugs),
                "now": found.now and _told(found.now, slugs),
            }
        )


def _told(facts: Json, slugs: dict[int, str]) -> Json:
    told: Json = with_slugs(facts, slugs)
    ids = rule_names([one["rule"] for one in facts["rules"]])
    told["rules"] = [one | {"rule": ids.get(one["rule"])} for one in told["rules"]]
    return told
