"""Of the tickets that were resolved, those that came back within seven days."""

import pytest

from webcare.actions.tickets import reopen_ticket, resolve_ticket

pytestmark = pytest.mark.django_db


def test_reopen_rate(make_ticket, ada, figures):
    """Two are resolved; one is reopened, and resolved again."""
    resolve_ticket(ticket=make_ticket(), user=ada)
    back = resolve_ticket(ticket=make_ticket(), user=ada)
    resolve_ticket(ticket=reopen_ticket(ticket=back, user=ada), user=ada)

    [line] = figures("reopen-rate")

    assert (line["resolved"], line["reopened"], line["rate"]) == (2, 1, 0.5)
    assert line["is_provisional"]
