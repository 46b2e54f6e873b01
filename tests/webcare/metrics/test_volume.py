"""What came in and went out, and how many tickets were opened."""

import pytest

pytestmark = pytest.mark.django_db


def test_volume(make_ticket, hear, item, forum, figures):
    """Two questions where we answer, one message where we listen."""
    make_ticket()
    make_ticket()
    hear(forum, item())

    found = {line["key"]: line for line in figures("volume", by="channel")}

    assert {key: line["messages_in"] for key, line in found.items()} == {
        "x-shop": 2,
        "forum": 1,
    }
    assert sum(line["messages_in_tickets"] for line in found.values()) == 2
    assert sum(line["tickets_opened"] for line in found.values()) == 2
