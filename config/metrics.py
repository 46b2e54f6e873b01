"""Figures for Prometheus, read from the rows at the moment of asking.

Nothing is counted in memory: every process tells the same, and a restart loses
nothing. Received = processed + pending + set aside, at any moment.
"""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from conversations.actions.ingestion import READ
from conversations.http import problem
from conversations.queries.figures import (
    events_received,
    stopped_channels,
    unsettled_deliveries,
    work_by_stage,
)


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer whoever holds METRICS_TOKEN; without one set, nobody."""
    _, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    token = settings.METRICS_TOKEN
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        return problem(
            401,
            "not_authenticated",
            "Send METRICS_TOKEN as a bearer token.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return HttpResponse(generate_latest(_REGISTRY), content_type=CONTENT_TYPE_LATEST)


class _Rows(Collector):
    """Four small statements each time it is asked."""

    def collect(self) -> Iterator[Metric]:
        stages = work_by_stage()
        received = events_received()
        unread = sum(s.pending + s.set_aside for s in stages if s.stage == READ)
        yield _figure("events_received", "Calls and messages ever kept", received)
        yield _figure("events_processed", "Of those, read", received - unread)
        pending = _family("work_pending", "Subjects that wait for a stage", "stage")
        aside = _family("work_set_aside", "Subjects a person must look at", "stage")
        oldest = _family("work_oldest_seconds", "The longest that one is due", "stage")
        for stage in stages:
            pending.add_metric([stage.stage], stage.pending)
            aside.add_metric([stage.stage], stage.set_aside)
            oldest.add_metric([stage.stage], stage.oldest_seconds)
        yield from (pending, aside, oldest)
        texts = _family("deliveries", "Texts not at their end", "state")
        for state, count in unsettled_deliveries().items():
            texts.add_metric([state], count)
        yield texts
        yield _figure(
            "channels_stopped", "Channels their platform refuses", stopped_channels()
        )


def _family(name: str, says: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"webcare_{name}", says, labels=[label])


def _figure(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"webcare_{name}", says, value=value)


_REGISTRY = CollectorRegistry(auto_describe=False)
_REGISTRY.register(_Rows())
