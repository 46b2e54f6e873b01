"""Lists as the database sends them between programs."""

from datetime import UTC, datetime

import pytest

from conversations.models.bulk import fetch
from webcare.queries.packed import moments, numbers

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["smallint", "int", "bigint"])
@pytest.mark.parametrize("values", [[], [0], [7, -3, 32_000]])
def test_whole_numbers_are_read_as_they_are(kind, values):
    [[packed]] = fetch(f"SELECT array_send(%s::{kind}[])", [values])

    assert numbers(packed).tolist() == values


def test_moments_are_microseconds_since_1970():
    at = datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=UTC)
    [[packed]] = fetch("SELECT array_send(%s::timestamptz[])", [[at]])

    assert moments(packed).tolist() == [1_774_749_599_999_999]


def test_no_list_is_an_empty_one():
    assert numbers(None).tolist() == []
