"""Every kind of event is said in words, or by what stands beside it."""

import pytest

from webcare.inbox.event_words import words_for
from webcare.models import TicketEvent
from webcare.queries.timelines import TOLD_BESIDE

# Said to nobody: whoever follows a ticket sees that beside it.
UNSAID = {"followed", "unfollowed"}


@pytest.mark.parametrize("kind", TicketEvent.Kind.values)
def test_an_event_has_words_or_stands_beside_what_says_it(kind):
    has_words = bool(words_for(kind, {}))

    assert has_words != (kind in TOLD_BESIDE | UNSAID)
