"""How a statement is planned that reads little of much."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from conversations.models.bulk import fetch

# Compiling such a statement takes longer than it runs.
UNCOMPILED = "SET LOCAL jit = off"
# What few cases are joined to is looked up: a planner that takes them for more reads a
# table from end to end, and the more there is in it the longer that takes.
LOOKED_UP = f"""{UNCOMPILED};
    SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    SET LOCAL random_page_cost = 1; SET LOCAL max_parallel_workers_per_gather = 0;
    SET LOCAL work_mem = '32MB'"""


@transaction.atomic
def fetch_live(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement over what still goes on: few of all there is."""
    fetch(LOOKED_UP, [])
    return fetch(statement, values)
