"""One change on many tickets, in the background, with a result for each.

What is asked for is snapshotted when it is asked; who asked is asked for their rights
again at each ticket. Danger is never changed in bulk.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.actions import batches
from conversations.models.bulk import fetch
from webcare.actions import in_bulk, in_bulk_endings, standing
from webcare.actions.bulk_each import EACH, HOLDS_THREADS, one_by_one
from webcare.actions.in_bulk import By, Change, Result, Results, Row
from webcare.actions.parking import require_snooze
from webcare.domain.automation.steps import FOR_MANY, Step, read_step
from webcare.domain.automation.values import Errors
from webcare.domain.automation.words import ItemState, JobState
from webcare.domain.outcomes import DecidedBy, Priority, PrioritySetBy, Resolution
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, NotAllowed, TicketChanged
from webcare.models import BulkJob, Queue, Tag, Topic, User
from webcare.queries.automation import NAMED, known_names
from webcare.queries.bulk import matching
from webcare.queries.people import Rights
from webcare.queries.ticket_lists import Wanted, visible

log = structlog.get_logger(__name__)

MOST_NAMED = 1_000  # tickets of a list
MOST_FOUND = 50_000  # tickets of a filter
SKIPS = frozenset({"danger", "cancelled", in_bulk.UNCHANGED})

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
    step = _checked(action)
    job = BulkJob.objects.create(
        user=user, action=step.as_data(), filter=asked and dict(asked)
    )
    if tickets is not None:
        job.total = _name(job, user, tickets)
    else:
        job.total = _find(job, user, wanted or Wanted())
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


class Item(NamedTuple):
    """One ticket of a job, waiting for its turn."""

    id: int
    job: int
    ticket: int
    before: Any
    after: Any
    at: datetime | None  # when it was done, or asked to be undone


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
    if step.do in HOLDS_THREADS:
        standing.lock(tickets)
    rows = in_bulk.lock(tickets)
    refused: Results = {
        row.id: why
        for row in rows
        if (why := asker.refusal(row, _needed(step, row, job.user)))
    }
    free = [row for row in rows if row.id not in refused]
    if not free:
        return refused
    if step.do in EACH:
        return refused | one_by_one(step, free, job.user)
    by = By(cause_of(job), job.user.pk, {"bulk": str(job.public_id)})
    return refused | _SETS[step.do](step, free, by)


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


def _assign(step: Step, rows: Sequence[Row], by: By) -> Results:
    agent = User.objects.filter(public_id=step.values["agent"], is_active=True).first()
    return in_bulk.assign(rows, by, agent=agent) if agent else _gone(rows)


def _route(step: Step, rows: Sequence[Row], by: By) -> Results:
    queue = Queue.objects.filter(slug=step.values["queue"]).first()
    return in_bulk.route(rows, by, queue=queue.pk) if queue else _gone(rows)


def _classify(step: Step, rows: Sequence[Row], by: By) -> Results:
    slug = step.values["topic"]
    topic = Topic.objects.filter(slug=slug, retired_at=None).first() if slug else None
    if slug and topic is None:
        return _gone(rows)
    pk = topic.pk if topic else None
    return in_bulk.classify(rows, by, topic=pk, decided=DecidedBy.PERSON)


def _tag(step: Step, rows: Sequence[Row], by: By) -> Results:
    tag = Tag.objects.filter(slug=step.values["tag"]).first()
    if tag is None or (tag.retired_at and step.do == "tag"):
        return _gone(rows)
    change = in_bulk.tag if step.do == "tag" else in_bulk.untag
    return change(rows, by, tag=tag.pk, slug=tag.slug)


def _priority(step: Step, rows: Sequence[Row], by: By) -> Results:
    priority = Priority(step.values["priority"])
    return in_bulk.prioritise(rows, by, priority=priority, decided=PrioritySetBy.PERSON)


def _resolve(step: Step, rows: Sequence[Row], by: By) -> Results:
    given = step.values.get("outcome")
    outcome = Resolution(given) if given else None
    return in_bulk_endings.resolve(rows, by, outcome=outcome)


def _snooze(step: Step, rows: Sequence[Row], by: By) -> Results:
    until = datetime.fromisoformat(step.values["until"])
    return in_bulk_endings.snooze(rows, by, until=until)


def _gone(rows: Sequence[Row]) -> Results:
    return {row.id: "gone" for row in rows}


_SETS: dict[str, Callable[[Step, Sequence[Row], By], Results]] = {
    "assign": _assign,
    "release": lambda step, rows, by: in_bulk.release(rows, by),
    "route": _route,
    "classify": _classify,
    "tag": _tag,
    "untag": _tag,
    "priority": _priority,
    "resolve": _resolve,
    "snooze": _snooze,
    "close": lambda step, rows, by: in_bulk_endings.close(rows, by),
}


def _checked(action: Any) -> Step:
    errors: Errors = {}
    step = read_step(action, errors, "action", FOR_MANY)
    if errors or step is None:
        raise Invalid(**errors)
    for key, value in step.values.items():
        if key in NAMED and value is not None and not known_names(key, [value]):
            sentence = _("There is nothing here with this name.")
            raise Invalid(**{f"action.{key}": sentence})
    if step.do == "snooze":
        require_snooze(datetime.fromisoformat(step.values["until"]), "action.until")
    return step


def _name(job: BulkJob, user: User, tickets: Sequence[UUID]) -> int:
    """Make an item for each named ticket; all of them have to be there."""
    named = sorted(set(tickets))
    if not 0 < len(named) <= MOST_NAMED:
        most = {"most": MOST_NAMED}
        raise Invalid(tickets=_("Name 1 to %(most)d tickets.") % most)
    seen, values = visible(user)
    where = [seen, "k.public_id = ANY(%(named)s)"]
    made = _insert(job, where, {**values, "named": named}, MOST_NAMED)
    if made < len(named):
        missing = {"count": len(named) - made}
        raise Invalid(tickets=_("%(count)d of these tickets are not there.") % missing)
    return made


def _find(job: BulkJob, user: User, wanted: Wanted) -> int:
    where, values = matching(user, wanted)
    made = _insert(job, where, values, MOST_FOUND + 1)
    if made > MOST_FOUND:
        most = {"most": MOST_FOUND}
        raise Invalid(
            filter=_("More than %(most)d tickets match: ask for fewer at once.") % most
        )
    return made


def _insert(
    job: BulkJob, where: Sequence[str], values: Mapping[str, Any], most: int
) -> int:
    [[made]] = fetch(
        f"""WITH made AS (
              INSERT INTO webcare_bulkitem (job_id, ticket_id)
              SELECT %(job)s, k.id FROM webcare_ticket k
               WHERE {" AND ".join(where)} ORDER BY k.id LIMIT %(most)s
           RETURNING id)
            SELECT count(*) FROM made""",
        {**values, "job": job.pk, "most": most},
    )
    return int(made)


def enqueue_items(stage: str, job: BulkJob, state: ItemState) -> None:
    fetch(
        """INSERT INTO conversations_work (stage, subject_id)
           SELECT %s, id FROM webcare_bulkitem WHERE job_id = %s AND state = %s
               ON CONFLICT DO NOTHING""",
        [stage, job.pk, state.value],
    )
