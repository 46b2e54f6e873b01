"""Those who wait are part of every percentile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from webcare.models import Turn

pytestmark = pytest.mark.django_db


def test_response_times(make_ticket, answered, figures):
    """Four began, three are answered, one waits for a day."""
    began = timezone.now() - timedelta(days=1)
    tickets = [make_ticket(posted_at=began.isoformat()) for _ in range(4)]
    for ticket, seconds in zip(tickets, (60, 120, 180), strict=False):
        answered(ticket, seconds)

    [line] = figures("response-times", exact="true")

    assert (line["n"], line["ended"], line["waiting"]) == (4, 3, 1)
    found = {one["percent"]: one["seconds"] for one in line["percentiles"]}
    assert (found[50], found[75], found[90]) == (120, 180, None)
    assert line["mean_seconds"] == 120
    assert line["longest_waiting_seconds"] >= 86_400
    assert Turn.objects.count() == 4
