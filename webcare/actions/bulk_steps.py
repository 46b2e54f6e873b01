"""Which change each step of a bulk action is."""

from collections.abc import Callable, Sequence
from datetime import datetime

from webcare.actions import corrections, in_bulk, in_bulk_endings
from webcare.actions.bulk_rows import By, Results, Row
from webcare.domain.automation.steps import Step
from webcare.domain.outcomes import DecidedBy, Priority, PrioritySetBy, Resolution
from webcare.models import Queue, Tag, User
from webcare.queries.topics import topic_in_use


def _assign(step: Step, rows: Sequence[Row], by: By) -> Results:
    agent = User.objects.filter(public_id=step.values["agent"], is_active=True).first()
    return in_bulk.assign(rows, by, agent=agent) if agent else _gone(rows)


def _route(step: Step, rows: Sequence[Row], by: By) -> Results:
    queue = Queue.objects.filter(slug=step.values["queue"]).first()
    return in_bulk.route(rows, by, queue=queue.pk) if queue else _gone(rows)


def _classify(step: Step, rows: Sequence[Row], by: By) -> Results:
    slug = step.values["topic"]
    topic = topic_in_use(slug) if slug else None
    if slug and topic is None:
        return _gone(rows)
    pk = topic.pk if topic else None
    corrections.learn([row.id for row in rows], topic=pk, user=by.actor)
    return in_bulk.classify(rows, by, topic=pk, decided=DecidedBy.PERSON)


def _tag(step: Step, rows: Sequence[Row], by: By) -> Results:
    tag = Tag.objects.filter(slug=step.values["tag"]).first()
    if tag is None or (tag.retired_at and step.do == "tag"):
        return _gone(rows)
    change = in_bulk.tag if step.do == "tag" else in_bulk.untag
    return change(rows, by, tag=tag.pk, slug=tag.slug)


def _priority(step: Step, rows: Sequence[Row], by: By) -> Results:
    priority = Priority(step.values["priority"])
    return in_bulk.prioritise(
        rows,
        by,
        priority=priority,
        decided=PrioritySetBy.PERSON,
        reason=step.values.get("reason", ""),
    )


def _resolve(step: Step, rows: Sequence[Row], by: By) -> Results:
    given = step.values.get("outcome")
    outcome = Resolution(given) if given else None
    return in_bulk_endings.resolve(rows, by, outcome=outcome)


def _snooze(step: Step, rows: Sequence[Row], by: By) -> Results:
    until = datetime.fromisoformat(step.values["until"])
    return in_bulk_endings.snooze(rows, by, until=until)


def _gone(rows: Sequence[Row]) -> Results:
    return {row.id: "gone" for row in rows}


def do(step: Step, rows: Sequence[Row], by: By) -> Results:
    """Do one step to tickets that are locked; says of each what became of it."""
    return _SETS[step.do](step, rows, by)


# What decides which ticket of a thread is the live one goes one at a time.
HOLDS_THREADS = frozenset({"reopen"})
_SETS: dict[str, Callable[[Step, Sequence[Row], By], Results]] = {
    "assign": _assign,
    "release": lambda step, rows, by: in_bulk.release(rows, by),
    "route": _route,
    "classify": _classify,
    "tag": _tag,
    "untag": _tag,
    "priority": _priority,
    "resolve": _resolve,
    "reopen": lambda step, rows, by: in_bulk_endings.reopen(rows, by),
    "snooze": _snooze,
    "close": lambda step, rows, by: in_bulk_endings.close(rows, by),
}
