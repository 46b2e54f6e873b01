"""What each agent answered, resolved and worked."""

from rest_framework import serializers

from webcare.api.endpoint import Request
from webcare.api.reports.asked import TIMED
from webcare.api.reports.report import Report
from webcare.api.reports.shapes import LineOut, TimedOut, TimesOut, line_out, times_out
from webcare.api.shapes import Json
from webcare.domain.outcomes import Resolution
from webcare.queries import reports
from webcare.queries.reports import Asked, Line


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
    summary = "What each agent answered, resolved and worked: for team leads"
    shape = AgentsOut
    filters = WITHOUT_BY

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
