"""Met of met and breached; what is not due yet is in no share."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from webcare.models import Clock

pytestmark = pytest.mark.django_db


def test_service_level(make_ticket, answered, figures):
    """Due after a minute: at once, after two minutes, never, and just begun."""
    ago = (timezone.now() - timedelta(hours=2)).isoformat()
    met, late, unanswered = (make_ticket(posted_at=ago) for _ in range(3))
    make_ticket(posted_at=timezone.now().isoformat())
    old = Clock.objects.filter(ticket__in=[met, late, unanswered])
    old.update(due_at=F("started_at") + timedelta(minutes=1))
    answered(met, 0)
    answered(late, 120)

    lines = figures("service-level")

    [line] = [one for one in lines if one["promise"] == "first_response"]
    assert (line["met"], line["breached"], line["not_due"]) == (1, 2, 1)
    assert line["breached_and_open"] == 1
    assert line["share"] == pytest.approx(1 / 3)
