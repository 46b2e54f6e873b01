"""Reports that count: promises kept, tickets that came back, how much there was."""

from typing import Any

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.filters import Filter
from webcare.api.reports import (
    FILTERS,
    TIMED,
    LineOut,
    Report,
    ReportOut,
    TimedOut,
    TimesOut,
    line_out,
    parameters,
    times_out,
)
from webcare.api.schema import says
from webcare.api.shapes import Json
from webcare.domain.outcomes import Promise, Resolution
from webcare.domain.parameters import one_of
from webcare.domain.reports import Look, share
from webcare.queries import reports
from webcare.queries.reports import Asked, Line


class PromiseLineOut(LineOut):
    """`share` is met of met and breached; null of none.

    A breach counts from the moment its time passes, whoever answers when;
    `breached_and_open` are those of which nobody has answered yet. Not yet due ones are
    in no share, nor are those left without an answer in time.
    """

    promise = serializers.ChoiceField(choices=Promise.choices)
    met = serializers.IntegerField()
    breached = serializers.IntegerField()
    breached_and_open = serializers.IntegerField()
    not_due = serializers.IntegerField()
    left_unanswered = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)


class ServiceLevelOut(ReportOut):
    results = PromiseLineOut(many=True)


class ServiceLevel(Report):
    name = "service-level"

    @says(
        "How many promises were kept",
        ServiceLevelOut,
        parameters=parameters(FILTERS),
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> Any:
        return self.answer(request)

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.service_level(request.user, asked)
        return {"results": [_promise(*each, asked) for each in found]}


def _promise(promise: Promise, line: Line, asked: Asked) -> Json:
    late = line.counts["breached_and_open"]
    met, breached = line.counts["met"], line.counts["breached"] + late
    return {
        **line_out(line.key, asked),
        "promise": promise.value,
        "met": met,
        "breached": breached,
        "breached_and_open": late,
        "not_due": line.counts["not_due"],
        "left_unanswered": line.counts["left"],
        "share": share(met, met + breached),
    }


class RateLineOut(LineOut):
    """`rate` is reopened of resolved; provisional while some may still be reopened."""

    resolved = serializers.IntegerField()
    reopened = serializers.IntegerField()
    uncertain = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)
    is_provisional = serializers.BooleanField()


class ReopenRateOut(ReportOut):
    results = RateLineOut(many=True)


class ReopenRate(Report):
    name = "reopen-rate"

    @says(
        "How many resolved tickets came back within seven days",
        ReopenRateOut,
        parameters=parameters(FILTERS),
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> Any:
        return self.answer(request)

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.reopen_rates(request.user, asked)
        return {
            "results": [
                {
                    **line_out(line.key, asked),
                    "resolved": line.resolved,
                    "reopened": line.reopened,
                    "uncertain": line.uncertain,
                    "rate": line.rate,
                    "is_provisional": line.uncertain > 0,
                }
                for line in found
            ]
        }


class FirstContactLineOut(LineOut):
    """`rate` is resolved at once of answered: seven days after they were resolved."""

    answered = serializers.IntegerField()
    resolved_at_once = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)


class FirstContactOut(ReportOut):
    results = FirstContactLineOut(many=True)


BY_EVENT = FILTERS | {
    "view": Filter(
        one_of(*Look.values),
        "Tickets that were resolved in the period (event, if unsaid), or opened in it"
        " (cohort).",
        choices=tuple(Look.values),
    )
}


class FirstContact(Report):
    name = "first-contact-resolution"
    filters = BY_EVENT
    usual = Look.EVENT

    @says(
        "How many tickets needed one answer and stayed resolved for seven days",
        FirstContactOut,
        parameters=parameters(BY_EVENT),
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> Any:
        return self.answer(request)

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.first_contacts(request.user, asked)
        return {"results": [_first_contact(line, asked) for line in found]}


def _first_contact(line: Line, asked: Asked) -> Json:
    answered, at_once = line.counts["answered"], line.counts["at_once"]
    return {
        **line_out(line.key, asked),
        "answered": answered,
        "resolved_at_once": at_once,
        "rate": share(at_once, answered),
    }


class VolumeLineOut(LineOut):
    messages_in = serializers.IntegerField()
    messages_in_tickets = serializers.IntegerField()
    messages_out = serializers.IntegerField()
    tickets_opened = serializers.IntegerField()


class VolumeOut(ReportOut):
    results = VolumeLineOut(many=True)


class Volume(Report):
    name = "volume"

    @says(
        "How much was heard and said, and how many tickets were opened",
        VolumeOut,
        parameters=parameters(FILTERS),
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> Any:
        return self.answer(request)

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.volume(request.user, asked)
        return {"results": [_volume(line, asked) for line in found]}


def _volume(line: Line, asked: Asked) -> Json:
    return {
        **line_out(line.key, asked),
        "messages_in": line.counts["messages.heard"],
        "messages_in_tickets": line.counts["messages.ticketed"],
        "messages_out": line.counts["messages.sent"],
        "tickets_opened": line.counts["opened.opened"],
    }


class AgentLineOut(LineOut, TimesOut):
    """What one agent did. The times are those of the turns they answered."""

    answered = serializers.IntegerField()
    within_target = serializers.IntegerField()
    with_target = serializers.IntegerField()
    resolved = serializers.IntegerField()
    reopened = serializers.IntegerField()
    handle_seconds = serializers.IntegerField()


class AgentsOut(TimedOut):
    results = AgentLineOut(many=True)


WITHOUT_BY = {name: one for name, one in TIMED.items() if name != "by"}


class Agents(Report):
    name = "agents"
    filters = WITHOUT_BY

    @says(
        "What each agent answered, resolved and worked: for team leads",
        AgentsOut,
        parameters=parameters(WITHOUT_BY),
        refuses=(422,),
        is_table=True,
        tag="reports",
    )
    def get(self, request: Request) -> Any:
        return self.answer(request)

    def of(self, asked: Asked) -> Asked:
        return asked.of_agents

    def report(self, request: Request, asked: Asked) -> Json:
        found = reports.agents(request.user, asked)
        return {"results": [_agent(line, asked) for line in found]}


def _agent(line: Line, asked: Asked) -> Json:
    resolved = [line.counts[f"resolutions.{name}"] for name in Resolution.values]
    return {
        **line_out(line.key, asked.of_agents),
        **times_out(line.times),
        "answered": line.counts["responses.answered"],
        "within_target": line.counts["responses.within_target"],
        "with_target": line.counts["responses.with_target"],
        "resolved": sum(resolved),
        "reopened": line.counts["resolutions.reopened"],
        "handle_seconds": line.counts["work.seconds"],
    }
