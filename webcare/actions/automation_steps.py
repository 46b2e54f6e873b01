"""What a rule does, action by action: on all tickets it matched in a batch at once.

Nobody's hand: the log names the rule. Whether the rule may was asked before; what an
action refuses is told per ticket, in a word.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conversations.models.bulk import fetch
from webcare.actions import automatic_answers, bulk_rows, in_bulk
from webcare.actions.bulk_rows import By, Results, Row
from webcare.actions.log import Line, record_many
from webcare.domain.automation.steps import Step
from webcare.domain.outcomes import DecidedBy, Priority, PrioritySetBy
from webcare.models import Queue, Tag, TicketEvent, User
from webcare.queries.automation import Runnable
from webcare.queries.opening import openings_of
from webcare.queries.sight import seeing
from webcare.queries.topics import topic_in_use

GONE = "gone"  # what the action names is not there any more
TOLD = "told"


def take(step: Step, rule: Runnable, tickets: Sequence[int], by: By) -> Results:
    """Do one action of `rule` to `tickets`, which are locked already."""
    rows = bulk_rows.lock(tickets)
    return DOERS[step.do](step, rule, rows, by)


def _all(rows: Sequence[Row], word: str) -> Results:
    return {row.id: word for row in rows}


def _assign(step: Step, rule: Runnable, rows: Sequence[Row], by: By) -> Results:
    agent = User.objects.filter(public_id=step.values["agent"], is_active=True).first()
    return in_bulk.assign(rows, by, agent=agent) if agent else _all(rows, GONE)


def _release(step: Step, rule: Runnable, rows: Sequence[Row], by: By) -> Results:
    return in_bulk.release(rows, by)


def _route(step: Step, rule: Runnable, rows: Sequence[Row], by: By) -> Results:
    queue = Queue.objects.filter(slug=step.values["queue"]).first()
    return in_bulk.route(rows, by, queue=queue.pk) if queue else _all(rows, GONE)


def _classify(step: Step, rule: Runnable, rows: Sequence[Row], by: By) -> Results:
    slug = step.values["topic"]
    topic = topic_in_use(slug) if slug else None
    if slug and topic is None:
        return _all(rows, GONE)
    return in_bulk.classify(
        rows, by, topic=topic.pk if topic else None, decided=DecidedBy.RULE
    )


def _tag(step: Step, rule: Runnable, rows: Sequence[Row], by: By) -> Results:
    tag = Tag.objects.filter(slug=step.values["tag"]).first()
    if tag is None or (tag.retired_at and step.do == "tag"):
        return _all(rows, GONE)
    change = in_bulk.tag if step.do == "tag" else in_bulk.untag
    return change(rows, by, tag=tag.pk, slug=tag.slug)


def _priority(step: Step, rule: Runnable, rows: Sequence[Row], by: By) -> Results:
    return in_bulk.prioritise(
        rows,
        by,
        priority=Priority(step.values["priority"]),
        decided=PrioritySetBy.RULE,
        reason=step.values.get("reason", by.cause),
    )


def _note(step: Step, rule: Runnable, rows: Sequence[Row], by: By) -> Results:
    return in_bulk.note(rows, by, text=step.values["text"])


# Whom a rule tells: the people of a ticket, found in SQL.
_WHOM = {
    "agent": "SELECT k.agent_id",
    "lead": "SELECT q.lead_id FROM webcare_queue q WHERE q.id = k.queue_id",
}


def _notify(step: Step, rule: Runnable, rows: Sequence[Row], by: By) -> Results:
    """Tell the ticket's agent, its queue's lead or a person who may see it.

    While the queue is closed that waits until it opens; danger does not wait.
    """
    who = step.values["who"]
    whom = _WHOM.get(who, "SELECT id FROM webcare_user WHERE public_id = %(who)s::uuid")
    _say(rows, by, {**by.facts})
    opens = openings_of([row.id for row in rows])
    told = fetch(
        f"""INSERT INTO webcare_notification (user_id, ticket_id, kind, event_id, at)
            SELECT u.id, k.id, 'rule',
                   (SELECT max(e.id) FROM webcare_ticketevent e
                     WHERE e.ticket_id = k.id AND e.kind = 'rule_ran'),
                   coalesce(given.at, now())
              FROM unnest(%(tickets)s::bigint[], %(at)s::timestamptz[])
                   AS given(ticket, at)
              JOIN webcare_ticket k ON k.id = given.ticket
              JOIN webcare_user u ON u.id = ({whom})
             WHERE {seeing("u", "k")}
         RETURNING ticket_id""",
        {
            "who": who,
            "tickets": [row.id for row in rows],
            "at": [opens.get(row.id) for row in rows],
        },
    )
    done = {ticket for (ticket,) in told}
    told_it = bulk_rows.Change({}, {})
    return {row.id: told_it if row.id in done else "nobody_to_tell" for row in rows}


def _webhook(step: Step, rule: Runnable, rows: Sequence[Row], by: By) -> Results:
    """Leave a line for one subscription alone; it is called from there."""
    _say(rows, by, {**by.facts, "webhook": step.values["subscription"]})
    return {row.id: bulk_rows.Change({}, {}) for row in rows}


def _answer(step: Step, rule: Runnable, rows: Sequence[Row], by: By) -> Results:
    return automatic_answers.answer(rows, by, rule=rule.id, macro=step.values["macro"])


def _say(rows: Sequence[Row], by: By, facts: Mapping[str, Any]) -> None:
    lines = [Line(row.id, TicketEvent.Kind.RULE_RAN, row.now, facts) for row in rows]
    record_many(lines, cause=by.cause)


Doer = Callable[[Step, Runnable, Sequence[Row], By], Results]
DOERS: dict[str, Doer] = {
    "assign": _assign,
    "release": _release,
    "route": _route,
    "classify": _classify,
    "tag": _tag,
    "untag": _tag,
    "priority": _priority,
    "note": _note,
    "notify": _notify,
    "webhook": _webhook,
    "answer": _answer,
}
