"""Every measure that is rolled up."""

from collections.abc import Iterator

from webcare.queries.measures import Measure, by_name
from webcare.queries.measures.acknowledgements import ACKNOWLEDGEMENTS
from webcare.queries.measures.added_value import ADDED_VALUE
from webcare.queries.measures.endings import ENDINGS, RESOLUTIONS
from webcare.queries.measures.first_contacts import FIRST_CONTACTS
from webcare.queries.measures.promises import PROMISES
from webcare.queries.measures.promises_decided import PROMISES_DECIDED
from webcare.queries.measures.response_rate import RESPONSE_RATE
from webcare.queries.measures.responses import (
    FIRST_RESPONSES,
    NEXT_RESPONSES,
    RESPONSES,
)
from webcare.queries.measures.volume import MESSAGES, OPENED
from webcare.queries.measures.work import WORK

ROLLED = by_name(
    *(RESPONSES, RESOLUTIONS, ENDINGS, MESSAGES, OPENED, WORK, FIRST_CONTACTS),
    *(*PROMISES, *PROMISES_DECIDED, RESPONSE_RATE, ADDED_VALUE),
    *(FIRST_RESPONSES, NEXT_RESPONSES, ACKNOWLEDGEMENTS),
)


def looks() -> Iterator[tuple[Measure, str]]:
    """Yield each measure with each view that it is rolled up by."""
    for measure in ROLLED.values():
        for view in measure.views:
            yield measure, view
