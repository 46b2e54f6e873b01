"""One change on many tickets, in the background, with a result for each.

What is asked for is snapshotted when it is asked; who asked is asked for their rights
again at each ticket. Danger is never changed in bulk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.actions import batches
from webcare.actions import bulk_rows, bulk_selection, bulk_steps, standing
from webcare.actions.bulk_each import EACH, one_by_one, ready
from webcare.actions.bulk_items import Item, enqueue_items, keep, waiting
from webcare.actions.bulk_rows import By, Result, Results, Row
from webcare.actions.parking import require_snooze
from webcare.domain.automation.steps import FOR_MANY, Step, read_step
from webcare.domain.automation.values import Errors
from webcare.domain.automation.words import ItemState, JobState
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, NotAllowed, NotFound, TicketChanged
from webcare.models import BulkJob, User
from webcare.queries.automation import NAMED, known_names
from webcare.queries.macros import macro_for
from webcare.queries.people import Rights
from webcare.queries.ticket_lists import Wanted

log = structlog.get_logger(__name__)


Filter = Mapping[str, str]


@transaction.atomic
def change_many(
    *,
    user: User,
    action: Any,
    tickets: Sequence[UUID] | None = None,
    wanted: Wanted | None = None,
    asked: Filter | None = None,
) -> BulkJob:
    """Let one action be done to these tickets, or to all that match a filter.

    Which they are is settled now: `wanted` finds what `user` may see, and `asked` is
    how it was asked for. Raises NotAllowed, and Invalid for an action that cannot be,
    tickets that are not there for this person, and more than 50,000 of them.
    """
    if not Rights.of(user).where(Permission.BULK_CHANGE):
        raise NotAllowed(permission=Permission.BULK_CHANGE.value)
    step = _checked(action, user)
    job = BulkJob.objects.create(
        user=user, action=step.as_data(), filter=asked and dict(asked)
    )
    if tickets is not None:
        job.total = bulk_selection.name(job, user, tickets)
    else:
        job.total = bulk_selection.find(job, user, wanted or Wanted())
    if not job.total:
        job.state = JobState.DONE
        job.finished_at = Now()
    job.save(update_fields=["total", "state", "finished_at"])
    enqueue_items(STAGE.name, job, ItemState.WAITING)
    job.refresh_from_db()
    return job


@transaction.atomic
def cancel(*, user: User, job: BulkJob) -> BulkJob:
    """Leave alone what has not been done yet. Raises TicketChanged when all is done."""
    cancelled = BulkJob.objects.filter(pk=job.pk, state=JobState.RUNNING).update(
        state=JobState.CANCELLED
    )
    if not cancelled:
        raise TicketChanged(_("This is not at work any more."))
    job.refresh_from_db()
    return job


def run(item_ids: list[int]) -> None:
    """Do the action of each item's job to its ticket; each item is done once.

    Jobs are counted last and in rising order, so that workers wait for each other
    briefly and never in a ring.
    """
    counted = [
        (job, _do(job, items)) for job, items in waiting(item_ids, ItemState.WAITING)
    ]
    for job, results in counted:
        keep(job, results)


STAGE = batches.Stage("bulk", run)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked, with what they may do now."""

    user: User
    rights: Rights

    @classmethod
    def of(cls, user: User) -> "Asker":
        rights = Rights.of(user)
        user.__dict__["rights"] = rights  # read once for all that follows
        return cls(user, rights)

    def refusal(self, row: Row, needed: Permission) -> str:
        """Why this ticket is not for them to change like that; empty when it is."""
        if not self.rights.allow(Permission.SEE_TICKETS, row.queue):
            return "not_found"
        wanted = (needed, Permission.BULK_CHANGE)
        if not all(self.rights.allow(one, row.queue) for one in wanted):
            return "not_allowed"
        return "danger" if row.is_danger else ""


def _do(job: BulkJob, items: Sequence[Item]) -> dict[int, Result]:
    """Item -> what became of it. What breaks in company is tried alone."""
    if job.state == JobState.CANCELLED:
        return {item.id: "cancelled" for item in items}
    tickets = {item.ticket: item.id for item in items}
    try:
        with transaction.atomic():
            results = _changed(job, list(tickets))
    except OperationalError:
        raise
    except Exception as error:
        if len(items) > 1:
            raise  # the engine halves the batch until what breaks is alone
        log.warning("bulk item failed", item=items[0].id, exc_info=error)
        return {items[0].id: "failed"}
    return {tickets[pk]: result for pk, result in results.items()}


def _changed(job: BulkJob, tickets: Sequence[int]) -> Results:
    step = Step(job.action["do"], {k: v for k, v in job.action.items() if k != "do"})
    asker = Asker.of(job.user)
    try:
        one = ready(step, job) if step.do in EACH else None
    except NotFound:
        return dict.fromkeys(tickets, "gone")
    if step.do in bulk_steps.HOLDS_THREADS:
        standing.lock(tickets)
    rows = bulk_rows.lock(tickets)
    refused: Results = {
        row.id: why
        for row in rows
        if (why := asker.refusal(row, _needed(step, row, job.user)))
    }
    free = [row for row in rows if row.id not in refused]
    if not free:
        return refused
    if one is not None:
        return refused | one_by_one(one, free)
    by = By(cause_of(job), job.user.pk, {"bulk": str(job.public_id)})
    return refused | bulk_steps.do(step, free, by)


def cause_of(job: BulkJob) -> str:
    return f"bulk:{str(job.public_id)[:8]}"


def _needed(step: Step, row: Row, user: User) -> Permission:
    """Another's work is given and taken by who steers the queue."""
    own = {
        "assign": step.values.get("agent") == str(user.public_id),
        "release": row.agent in (None, user.pk),
    }
    if own.get(step.do, True):
        return Permission.WORK_TICKETS
    return Permission.STEER_QUEUES


def _checked(action: Any, user: User) -> Step:
    errors: Errors = {}
    step = read_step(action, errors, "action", FOR_MANY)
    if errors or step is None:
        raise Invalid(**errors)
    if step.do == "macro":
        _require_macro(step, user)
        return step
    for key, value in step.values.items():
        if key in NAMED and value is not None and not known_names(key, [value]):
            sentence = _("There is nothing here with this name.")
            raise Invalid(**{f"action.{key}": sentence})
    if step.do == "snooze":
        require_snooze(datetime.fromisoformat(step.values["until"]), "action.until")
    return step


def _require_macro(step: Step, user: User) -> None:
    """Raise Invalid unless it is one of those that `user` may use, and has a text
    where it is to be sent."""
    try:
        macro = macro_for(user, UUID(step.values["macro"]))
    except NotFound as error:
        sentence = _("There is nothing here with this name.")
        raise Invalid(**{"action.macro": sentence}) from error
    if step.values.get("send") and not macro.texts.all():
        raise Invalid(**{"action.send": _("This macro has no text to send.")})
