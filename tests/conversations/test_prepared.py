"""Statements that each connection plans once."""

import pytest

from conversations.models.bulk import fetch


@pytest.mark.parametrize("prepared", [True, False])
def test_values_reach_their_places(db, prepared):
    named = "SELECT %(b)s::int, %(a)s::text, 7 %% 4, %(b)s::int, %(a)s LIKE '%%a'"
    in_order = "SELECT %s::int, %s::text, '100%%'"

    assert fetch(named, {"a": "n%sa", "b": 2, "c": 3}, prepared=prepared) == [
        (2, "n%sa", 3, 2, True)
    ]
    assert fetch(in_order, [1, "x"], prepared=prepared) == [(1, "x", "100%")]


@pytest.mark.parametrize("prepared", [True, False])
def test_a_statement_without_rows_returns_none(db, prepared):
    assert fetch("SET LOCAL work_mem = '4MB'", [], prepared=prepared) == []
    assert fetch("SELECT FROM pg_class LIMIT 1", [], prepared=prepared) == []
