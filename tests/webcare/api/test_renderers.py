"""What we write is what the library would have written."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from rest_framework.renderers import JSONRenderer

from webcare.api.renderers import Json
from webcare.domain.lifecycle import Status

AT = datetime(2026, 3, 1, 12, 0, 5, 120_000, tzinfo=UTC)


class Pair(NamedTuple):
    one: int
    two: str


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 1, 1.5, "stróóm 💡", "", [], {}),
        *("</script>\u2028\u2029", 'quote " and \\ and \x07'),
        *(AT, AT.date(), date(2026, 1, 1), timedelta(seconds=90), Decimal("1.50")),
        *(UUID(int=7), Status.OPEN, Pair(1, "b"), gettext_lazy("Open"), b"bytes"),
        *({1: "one", None: "none", Status.NEW: "new"}, {"deep": [({"er": ()},)]}),
        *(2**70, {"long": [-(2**70)]}),
    ],
    ids=repr,
)
def test_every_value_is_written_as_it_was(value):
    assert Json().render({"a": value}) == JSONRenderer().render({"a": value})


def test_nothing_is_nothing_and_who_reads_it_has_it_indented():
    assert Json().render(None) == b""
    assert Json().render([1], "application/json; indent=2") == b"[\n  1\n]"


def test_what_nobody_can_write_is_refused():
    with pytest.raises((TypeError, ValueError)):
        Json().render({"a": object()})
