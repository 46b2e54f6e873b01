"""A macro on many tickets: its changes, and its text only where that was asked for."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from webcare.actions import in_bulk, macro_use
from webcare.actions.bulk_rows import By, Change, Row, lock
from webcare.domain.automation.steps import Step
from webcare.domain.lifecycle import LIVE
from webcare.models import BulkJob, Macro, Tag, Ticket, TicketTag
from webcare.queries.macros import macro_for

COLUMNS = (
    *("status", "queue", "agent", "topic", "topic_by", "topic_confidence"),
    *("priority", "priority_by", "priority_reason", "snoozed_until"),
)
# What a job that cannot be undone has among the values it left.
FINAL = "is_final"


def using(step: Step, job: BulkJob) -> Callable[[Row, Ticket], Change]:
    """Return what uses a macro on a ticket: once for this job, however often tried.

    With `send` its text goes out as an answer of who asked, through the gate and past
    four eyes like any other; without, the changes are made and nothing is said. Each
    raises what `apply_macro` and `send_macro` raise. Whom the macro gives tickets to
    is held from now on: before tickets are locked. Raises NotFound.
    """
    macro = macro_for(job.user, UUID(step.values["macro"]))
    says = bool(step.values.get("send"))
    do: Callable[..., Any] = macro_use.send_macro if says else macro_use.apply_macro
    macro_use.hold_hands(macro, job.user)

    def use(row: Row, ticket: Ticket) -> Change:
        tags = _lacking(macro, ticket)
        do(ticket=ticket, user=job.user, macro=macro, key=f"bulk:{job.public_id}")
        return _change(row, tags, is_final=says or bool(macro.answers))

    return use


def _lacking(macro: Macro, ticket: Ticket) -> list[str]:
    carried = TicketTag.objects.filter(ticket=ticket).values("tag")
    return sorted(tag.slug for tag in macro.tags.exclude(pk__in=carried))


def _change(row: Row, tags: Sequence[str], *, is_final: bool) -> Change:
    """What became of a ticket, by the values that an undo can put back."""
    [now] = lock([row.id])
    changed = [name for name in COLUMNS if getattr(row, name) != getattr(now, name)]
    before = {name: getattr(row, name) for name in changed}
    after = {name: getattr(now, name) for name in changed}
    after["tags"] = list(tags)
    if is_final or now.status not in LIVE:
        after[FINAL] = True
    return Change({**before, "tags": []}, after)


def untag(tickets: dict[int, Sequence[str]], by: By) -> None:
    """Take off again what a macro put on: ticket -> slugs."""
    slugs = {slug for carried in tickets.values() for slug in carried}
    for tag in Tag.objects.filter(slug__in=slugs).order_by("pk"):
        carrying = (pk for pk, carried in tickets.items() if tag.slug in carried)
        in_bulk.untag(lock(carrying), by, tag=tag.pk, slug=tag.slug)
