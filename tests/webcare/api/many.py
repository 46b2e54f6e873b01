"""Many rows at once, and what a statement reads of them."""

import json

from conversations.models.bulk import fetch, ids


def like(row, fresh, source):
    """Rows like this one but for what is fresh of each in `source`. Returns their ids.

    Twenty thousand of them, made in Python, took longer than what is asked of them.
    """
    model, fresh = type(row), {"public_id": "gen_random_uuid()"} | fresh
    kept = {f.column for f in model._meta.concrete_fields if not f.generated}
    kept = ", ".join(sorted(kept - {"id", *fresh}))
    return ids(
        fetch(
            f"""INSERT INTO {model._meta.db_table} ({", ".join(fresh)}, {kept})
                SELECT {", ".join(fresh.values())}, {kept}
                  FROM {model._meta.db_table} CROSS JOIN {source}
                 WHERE id = %s RETURNING id""",
            [row.pk],
        )
    )


def most_rows_read(statements):
    """The most rows that a step of one of these statements, as captured, reads.

    Of a list only how its page is found: how that is dressed depends on what else is in
    a table as small as ours. With a planner that rather walks an index, where one has
    the order: tests that were undone have left ours longer than their rows.
    """
    for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
        fetch(f"SET LOCAL enable_{way} = off", [])
    found = [0]
    for one in statements:
        [[said]] = fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {one['sql']}", [])
        [plan] = json.loads(said) if isinstance(said, str) else said
        every = list(nodes(plan["Plan"]))
        for top in [n for n in every if n.get("Subplan Name") == "CTE page"] or every:
            found += [_rows(node) for node in nodes(top)]
    return max(found)


def _rows(node):
    gone = sum(n for name, n in node.items() if name.startswith("Rows Removed"))
    return (node["Actual Rows"] + gone) * node["Actual Loops"]


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)
