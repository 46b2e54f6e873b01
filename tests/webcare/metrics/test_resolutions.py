"""What became of tickets that were opened, and how long it took."""

import pytest

from webcare.actions.tickets import resolve_ticket
from webcare.domain.outcomes import Resolution

pytestmark = pytest.mark.django_db


def test_resolutions(make_ticket, ada, figures):
    """One was answered, one was spam, one is live."""
    first, second, _ = (make_ticket() for _ in range(3))
    resolve_ticket(ticket=first, user=ada, outcome=Resolution.ANSWERED)
    resolve_ticket(ticket=second, user=ada, outcome=Resolution.SPAM)

    [line] = figures("resolutions")

    assert (line["n"], line["ended"], line["waiting"]) == (2, 1, 1)
    assert line["left_unanswered"] == 1
