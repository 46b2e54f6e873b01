"""A change of many tickets, taken back where nobody has changed them since."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.actions import batches
from conversations.models.bulk import fetch
from webcare.actions import in_bulk, in_bulk_endings, standing
from webcare.actions.bulk import Asker, cause_of
from webcare.actions.bulk_items import Item, enqueue_items, waiting, write
from webcare.actions.bulk_macros import FINAL, untag
from webcare.actions.bulk_rows import (
    UNCHANGED,
    By,
    Change,
    Result,
    Results,
    Row,
    lock,
)
from webcare.actions.in_bulk_endings import CHANGED_SINCE
from webcare.actions.putting_back import put_back
from webcare.domain.automation.words import ItemState, JobState
from webcare.domain.permissions import Permission
from webcare.exceptions import TicketChanged
from webcare.models import BulkItem, BulkJob, Tag, User

NO_UNDO = "cannot_be_undone"
UNDONE_BY_VALUE = ("assign", "release", "route", "classify", "priority", "snooze")


@transaction.atomic
def undo(*, user: User, job: BulkJob) -> BulkJob:
    """Put back what a finished job changed, ticket by ticket, in the background.

    A ticket that somebody changed since stays as it is, and its item says so; so does
    one that was resolved longer ago than a single resolve can be taken back. Raises
    TicketChanged while the job is at work, or when there is nothing to undo.
    """
    begun = BulkJob.objects.filter(
        pk=job.pk,
        user=user,
        state__in=[JobState.DONE, JobState.CANCELLED],
        finished_at__isnull=False,
        done__gt=0,
    ).update(state=JobState.UNDOING, finished_at=None)
    if not begun:
        raise TicketChanged(_("There is nothing here that could be undone now."))
    count = BulkItem.objects.filter(job=job, state=ItemState.DONE).update(
        state=ItemState.UNDOING, at=Now()
    )
    BulkJob.objects.filter(pk=job.pk).update(undoing=count)
    enqueue_items(STAGE.name, job, ItemState.UNDOING)
    job.refresh_from_db()
    return job


def run(item_ids: list[int]) -> None:
    """Put these items' tickets back, each once."""
    counted = [
        (job, _undone(job, items))
        for job, items in waiting(item_ids, ItemState.UNDOING)
    ]
    for job, results in counted:
        _keep(job, results)


STAGE = batches.Stage("bulk_undo", run)


def _undone(job: BulkJob, items: Sequence[Item]) -> dict[int, Result]:
    by_ticket = {item.ticket: item for item in items}
    asker = Asker.of(job.user)
    if job.action["do"] == "resolve":
        standing.lock(list(by_ticket))
    rows = lock(by_ticket)
    results: Results = {
        row.id: why
        for row in rows
        if (why := asker.refusal(row, Permission.WORK_TICKETS))
    }
    free = [row for row in rows if row.id not in results]
    results |= _put_back(job, free, by_ticket)
    return {by_ticket[pk].id: result for pk, result in results.items()}


def _put_back(job: BulkJob, rows: Sequence[Row], items: Mapping[int, Item]) -> Results:
    word = str(job.action["do"])
    by = By(cause_of(job), job.user.pk, {"bulk": str(job.public_id)})
    if word in ("tag", "untag"):
        return _other_tag(word, job, rows, by)
    if word == "resolve":
        asked_at = {row.id: items[row.id].at for row in rows}
        return in_bulk_endings.unresolve(rows, by, asked_at=asked_at)
    if word in UNDONE_BY_VALUE:
        return put_back(word, rows, _changes(items), by)
    if word == "macro":
        return _macro(rows, items, by)
    return {row.id: NO_UNDO for row in rows}


def _other_tag(word: str, job: BulkJob, rows: Sequence[Row], by: By) -> Results:
    tag = Tag.objects.filter(slug=job.action["tag"]).first()
    if tag is None:
        return {row.id: CHANGED_SINCE for row in rows}
    change = in_bulk.untag if word == "tag" else in_bulk.tag
    results = change(rows, by, tag=tag.pk, slug=tag.slug)
    return {
        pk: CHANGED_SINCE if result == UNCHANGED else result
        for pk, result in results.items()
    }


def _macro(rows: Sequence[Row], items: Mapping[int, Item], by: By) -> Results:
    """What a macro changed, tags among it; what it said or ended is not taken back."""
    final = {row.id for row in rows if items[row.id].after.get(FINAL)}
    bare = {pk: _without_tags(item) for pk, item in items.items()}
    free = [row for row in rows if row.id not in final]
    results = put_back("macro", free, _changes(bare), by)
    tags = {
        pk: items[pk].after["tags"]
        for pk, result in results.items()
        if isinstance(result, Change)
    }
    untag(tags, by)
    return results | dict.fromkeys(final, NO_UNDO)


def _changes(items: Mapping[int, Item]) -> dict[int, Change]:
    return {pk: Change(item.before, item.after) for pk, item in items.items()}


def _without_tags(item: Item) -> Item:
    return item._replace(
        before={k: v for k, v in item.before.items() if k != "tags"},
        after={k: v for k, v in item.after.items() if k not in ("tags", FINAL)},
    )


def _keep(job: BulkJob, results: Mapping[int, Result]) -> None:
    """Write down what was put back; an item that was not stays done, and says why."""
    states = {
        pk: ItemState.UNDONE if isinstance(result, Change) else ItemState.DONE
        for pk, result in results.items()
    }
    kept = {pk: r if isinstance(r, str) else "" for pk, r in results.items()}
    write(kept, states)
    undone = list(states.values()).count(ItemState.UNDONE)
    fetch(
        """UPDATE webcare_bulkjob
              SET undone = undone + %(undone)s, undoing = undoing - %(all)s,
                  state = CASE WHEN undoing = %(all)s THEN 'undone' ELSE state END,
                  finished_at = CASE WHEN undoing = %(all)s
                                     THEN statement_timestamp() END
            WHERE id = %(job)s""",
        {"job": job.pk, "undone": undone, "all": len(results)},
    )
