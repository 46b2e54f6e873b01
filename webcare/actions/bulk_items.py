"""The tickets of a bulk job, one row each: taken up, and what became of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from conversations.models.bulk import fetch
from webcare.actions.bulk_rows import UNCHANGED, Change, Result
from webcare.domain.automation.words import ItemState
from webcare.models import BulkJob

SKIPS = frozenset({"danger", "cancelled", UNCHANGED})


class Item(NamedTuple):
    """One ticket of a job, waiting for its turn."""

    id: int
    job: int
    ticket: int
    before: Any
    after: Any
    at: datetime | None  # when it was done, or asked to be undone


def waiting(
    item_ids: Sequence[int], state: ItemState
) -> list[tuple[BulkJob, list[Item]]]:
    """Lock these items where they still wait; in the order of their jobs."""
    rows = fetch(
        """SELECT id, job_id, ticket_id, before::text, after::text, at
             FROM webcare_bulkitem WHERE id = ANY(%s) AND state = %s
            ORDER BY id FOR UPDATE""",
        [list(item_ids), state.value],
    )
    items = [
        Item(pk, job, ticket, json.loads(before or "{}"), json.loads(after or "{}"), at)
        for pk, job, ticket, before, after, at in rows
    ]
    jobs = BulkJob.objects.select_related("user").in_bulk({item.job for item in items})
    return [
        (job, [item for item in items if item.job == pk])
        for pk, job in sorted(jobs.items())
    ]


def keep(job: BulkJob, results: Mapping[int, Result]) -> None:
    """Write the results down and count them; the last one ends the job."""
    state = {
        pk: (
            ItemState.DONE
            if isinstance(result, Change)
            else ItemState.SKIPPED
            if result in SKIPS
            else ItemState.FAILED
        )
        for pk, result in results.items()
    }
    write(results, state)
    counts = list(state.values())
    fetch(
        """UPDATE webcare_bulkjob
              SET done = done + %(done)s, failed = failed + %(failed)s,
                  skipped = skipped + %(skipped)s,
                  state = CASE WHEN state = 'running' AND done + failed + skipped
                                    + %(all)s >= total THEN 'done' ELSE state END,
                  finished_at = CASE WHEN done + failed + skipped + %(all)s >= total
                                     THEN statement_timestamp() END
            WHERE id = %(job)s""",
        {
            "job": job.pk,
            "done": counts.count(ItemState.DONE),
            "failed": counts.count(ItemState.FAILED),
            "skipped": counts.count(ItemState.SKIPPED),
            "all": len(counts),
        },
    )


def write(results: Mapping[int, Result], states: Mapping[int, ItemState]) -> None:
    """Write what became of items: one statement."""
    ids = list(results)
    changes = [r if isinstance(r, Change) else None for r in results.values()]
    fetch(
        """UPDATE webcare_bulkitem i
              SET state = given.state, code = given.code, at = statement_timestamp(),
                  before = coalesce(given.before::jsonb, i.before),
                  after = coalesce(given.after::jsonb, i.after)
             FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
                  AS given(id, state, code, before, after)
            WHERE i.id = given.id""",
        [
            ids,
            [states[pk].value for pk in ids],
            [r if isinstance(r, str) else "" for r in results.values()],
            [_json(change.before) if change else None for change in changes],
            [_json(change.after) if change else None for change in changes],
        ],
    )


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values)


def enqueue_items(stage: str, job: BulkJob, state: ItemState) -> None:
    fetch(
        """INSERT INTO conversations_work (stage, subject_id)
           SELECT %s, id FROM webcare_bulkitem WHERE job_id = %s AND state = %s
               ON CONFLICT DO NOTHING""",
        [stage, job.pk, state.value],
    )
