"""What people do with a ticket: one guarded update and one line of history each."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions import (
    also_topics,
    assignment,
    clocks,
    corrections,
    outcomes,
    promises,
    turns,
)
from webcare.actions.bulk_rows import change_of, lock
from webcare.actions.loads import hold, take_note
from webcare.actions.log import record
from webcare.actions.threads import lock_threads
from webcare.domain.lifecycle import (
    LIVE,
    Act,
    Status,
    needed_for,
    not_live,
    require_act,
    require_move,
)
from webcare.domain.outcomes import DecidedBy, Resolution
from webcare.domain.permissions import Permission
from webcare.exceptions import Invalid, StaleVersion, TicketChanged
from webcare.models import Queue, Ticket, TicketEvent, Topic, User
from webcare.queries.fields import require_fields
from webcare.queries.people import may, require
from webcare.queries.waiting import Skipped, waiting_before

Kind = TicketEvent.Kind
LONGEST_REASON = 40
LONGEST_NOTE = 200
REASON = re.compile(r"[a-z0-9_-]*")
# What a ticket that is live again has lost.
ENDLESS: dict[str, Any] = {
    "resolved_at": None,
    "resolution": "",
    "resolution_reason": "",
    "resolution_note": "",
    "resolution_seconds": None,
}


@transaction.atomic
def claim_ticket(*, ticket: Ticket, user: User) -> Ticket:
    """Make `user` the one who answers; claiming what is already theirs is no change.

    By hand one may take more than fits, and pass over what waits longer: the log says
    so. Raises TicketChanged when another was first, InvalidMove when it is not live.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    _require_live(ticket)
    if ticket.agent_id == user.pk:
        return ticket
    skipped = waiting_before(ticket, user)
    return _hand_to(ticket, user, actor=user, only_if=None, skipped=skipped)


@transaction.atomic
def assign_ticket(
    *, ticket: Ticket, user: User, agent: User, version: int | None = None
) -> Ticket:
    """Let a team lead say who answers, or an agent for themselves or of what is theirs.

    `version` is the one the caller has seen. Raises NotAllowed, StaleVersion, Invalid
    when `agent` does not work in the ticket's queue.
    """
    is_own = user.pk in (agent.pk, ticket.agent_id)
    needed = Permission.WORK_TICKETS if is_own else Permission.STEER_QUEUES
    require(user, needed, ticket.queue_id)
    _require_live(ticket)
    _require_version(ticket, version)
    if not may(agent, Permission.WORK_TICKETS, ticket.queue_id):
        raise Invalid(agent=_("This person does not work in the ticket's queue."))
    was = ticket.agent_id
    ticket = _hand_to(ticket, agent, actor=user, only_if=was)
    assignment.offer_to(was)
    return ticket


@transaction.atomic
def release_ticket(*, ticket: Ticket, user: User) -> Ticket:
    """Give a ticket back to its queue. Raises NotAllowed for another's ticket."""
    own = ticket.agent_id == user.pk
    needed = Permission.WORK_TICKETS if own else Permission.STEER_QUEUES
    require(user, needed, ticket.queue_id)
    if ticket.agent_id is None:
        return ticket
    was = ticket.agent_id
    _change(ticket, agent=None)
    record(ticket, Kind.RELEASED, at=database_now(), actor=user, agent=None, was=was)
    assignment.offer_to(was)
    return ticket


@transaction.atomic
def route_ticket(
    *, ticket: Ticket, user: User, queue: Queue, version: int | None = None
) -> Ticket:
    """Move a ticket to another queue; its agent lets go of it if they are not there.

    Raises NotAllowed, StaleVersion.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    _require_version(ticket, version)
    if ticket.queue_id == queue.pk:
        return ticket
    [row] = lock([ticket.pk])
    agent = ticket.agent
    stays = agent is not None and may(agent, Permission.WORK_TICKETS, queue.pk)
    _change(ticket, queue=queue, agent=agent if stays else None)
    start_clocks(ticket, user)
    facts: dict[str, Any] = {"queue": queue.pk, "why": {"by": "person"}}
    change = change_of(row, queue=queue.pk, agent=ticket.agent_id)
    facts["undo"] = change._asdict()
    if agent and not stays:
        facts["agent"] = None
        assignment.offer_to(agent.pk)
    record(ticket, Kind.ROUTED, at=database_now(), actor=user, **facts)
    return ticket


@transaction.atomic
def classify_ticket(
    *,
    ticket: Ticket,
    user: User,
    topic: Topic | None,
    also: Sequence[Topic] | None = None,
    version: int | None = None,
) -> Ticket:
    """Say what a ticket is about; no rule or model changes that again, and the model
    learns from it.

    `also` is what it is about beside that; None leaves it as it is. Raises NotAllowed,
    StaleVersion, Invalid for a retired topic.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    _require_version(ticket, version)
    if topic is not None and topic.retired_at:
        raise Invalid(topic=_("This topic is no longer in use: choose another."))
    if any(one.retired_at for one in also or ()):
        raise Invalid(also=_("This topic is no longer in use: choose another."))
    learned = topic.pk if topic else None
    undo = _undo_of_topic(ticket, learned)
    _change(ticket, topic=topic, topic_by=DecidedBy.PERSON, topic_confidence=None)
    record(
        ticket,
        Kind.CLASSIFIED,
        at=database_now(),
        actor=user,
        topic=learned,
        by=DecidedBy.PERSON.value,
        was=undo["before"]["topic"],
        undo=undo,
        **_beside(ticket, topic, also),
    )
    corrections.learn([ticket.pk], topic=learned, user=user.pk)
    return ticket


def _undo_of_topic(ticket: Ticket, topic: int | None) -> dict[str, Any]:
    """What undoing has to bring back, read under a lock."""
    [row] = lock([ticket.pk])
    by = DecidedBy.PERSON.value
    before, after = change_of(row, topic=topic, topic_by=by, topic_confidence=None)
    also = {"also": also_topics.beside(ticket.pk)}
    return {"before": before | also, "after": after}


def _beside(
    ticket: Ticket, topic: Topic | None, also: Sequence[Topic] | None
) -> dict[str, Any]:
    """Keep what a ticket is about too; returns what the log says of it."""
    if also is None:
        also_topics.let_go(ticket.pk, topic.pk if topic else None)
        return {}
    others = list(dict.fromkeys(one.pk for one in also if one != topic))
    also_topics.say(ticket.pk, others)
    return {"why": {"also": [{"topic": one, "by": "person"} for one in others]}}


@transaction.atomic
def resolve_ticket(
    *,
    ticket: Ticket,
    user: User,
    outcome: Resolution | None = None,
    reason: str = "",
    note: str = "",
) -> Ticket:
    """Close the question, with what became of it, and stop every clock.

    Without an outcome it was answered if an answer of ours is there or under way, and
    needed none otherwise; a queue may want one said. A turn that still waits is
    closed as deliberately unanswered, unless an answer is on its way out. A duplicate
    or spam needs no custom field answered, everything else those that are required.
    `reason` is a word for why it ended so and `note` a sentence; the sentence is on
    the ticket alone. Raises NotAllowed, Invalid, InvalidMove, TicketChanged.
    """
    require(user, needed_for(Act.RESOLVE), ticket.queue_id)
    require_act(Act.RESOLVE, ticket.status)
    _check_end(ticket, outcome, reason, note)
    if outcome not in {Resolution.DUPLICATE, Resolution.SPAM}:
        require_fields(ticket)
    now = database_now()
    was = _as_it_is(ticket)
    is_answered, under_way = _answers(ticket)
    chosen = outcome or usual_outcome(is_answered or under_way)
    facts = settle_as_resolved(
        ticket,
        at=now,
        by=user,
        outcome=chosen,
        resolution_reason=reason,
        resolution_note=note,
    )
    if not under_way:
        left = turns.leave([ticket.pk], now)[ticket.pk]
        was["turns"] = [turn.id for turn in left]
        facts["facts"]["turns"] = [turn.told for turn in left]
        Ticket.objects.filter(pk=ticket.pk).update(waiting_since=None, due_at=None)
    facts |= {"outcome": chosen.value}
    if reason:
        facts["reason"] = reason
    record(ticket, Kind.RESOLVED, at=now, actor=user, was=was, **facts)
    ticket.refresh_from_db()
    assignment.offer_to(ticket.agent_id)
    return ticket


@transaction.atomic
def reopen_ticket(*, ticket: Ticket, user: User) -> Ticket:
    """Make a resolved ticket work again; who was left without an answer waits again.

    They wait since they asked. Raises InvalidMove, and TicketChanged, also when its
    author has a newer live ticket in the thread.
    """
    require(user, needed_for(Act.REOPEN), ticket.queue_id)
    require_act(Act.REOPEN, ticket.status)
    lock_threads([ticket.thread_id])
    if has_live_twin(ticket):
        raise TicketChanged(_("This author has a newer ticket in the same thread."))
    move(ticket, Status.OPEN, **ENDLESS)
    now = database_now()
    outcomes.reopened({ticket.pk: now})
    told = turns.wait_again([ticket.pk])[ticket.pk]
    record(ticket, Kind.REOPENED, at=now, actor=user, status=Status.OPEN.value, **told)
    clocks.follow([ticket.pk])
    ticket.refresh_from_db()
    return ticket


def start_clocks(ticket: Ticket, user: User) -> None:
    """Let what is promised for the ticket run, and show the nearest moment due."""
    if ticket.queue_id is not None:
        promises.start_and_tell(
            {ticket.pk: ticket.queue_id}, cause="person", actor=user
        )
        ticket.refresh_from_db()


def settle_as_resolved(
    ticket: Ticket,
    *,
    at: datetime,
    outcome: Resolution,
    by: User | None,
    **changes: Any,
) -> dict[str, Any]:
    """Move to resolved, count the whole seconds it took, stop that clock.

    Returns what the log says of it.
    """
    seconds = max(0, int((at - ticket.opened_at).total_seconds()))
    move(
        ticket,
        Status.RESOLVED,
        resolved_at=at,
        resolution=outcome,
        resolution_seconds=seconds,
        **changes,
    )
    clocks.stop_resolution([ticket.pk], at)
    [ended] = outcomes.resolved({ticket.pk: by.pk if by else None}).values()
    return {"status": Status.RESOLVED.value, **ended.told()}


def move(ticket: Ticket, target: Status, **changes: Any) -> None:
    """Change the status only if nobody has changed it since `ticket` was read.

    `ticket` itself stays as it was read. Raises InvalidMove, TicketChanged.
    """
    require_move(ticket.status, target)
    _update(ticket, status=target, **{"snoozed_until": None} | changes)


def _hand_to(
    ticket: Ticket,
    agent: User,
    *,
    actor: User,
    only_if: int | None,
    skipped: Skipped | None = None,
) -> Ticket:
    status = Status.OPEN if ticket.status == Status.NEW else ticket.status
    moved = Ticket.objects.filter(
        pk=ticket.pk, agent=only_if, status=ticket.status
    ).update(agent=agent, status=status, **touched())
    if not moved:
        raise TicketChanged(_("Someone else has this ticket now."))
    hold([agent.pk])
    load, capacity = take_note(agent.pk)
    facts: dict[str, Any] = {"agent": agent.pk, "why": {"by": "person"}}
    if load > capacity:
        facts["why"] |= {"load": load, "capacity": capacity}
    if skipped and skipped.tickets:
        facts |= {"skipped": skipped.tickets, "skipped_seconds": skipped.seconds}
    if status != ticket.status:
        facts["status"] = status
    ticket.refresh_from_db()
    record(ticket, Kind.ASSIGNED, at=database_now(), actor=actor, **facts)
    return ticket


def _change(ticket: Ticket, **changes: Any) -> None:
    _update(ticket, **changes)
    ticket.refresh_from_db()


def _update(ticket: Ticket, **changes: Any) -> None:
    changed = Ticket.objects.filter(pk=ticket.pk, status=ticket.status).update(
        **changes, **touched()
    )
    if not changed:
        raise TicketChanged(_("Someone else changed this ticket: look at it again."))


def touch(ticket: Ticket) -> None:
    """Note on the ticket itself that something beside it has changed."""
    Ticket.objects.filter(pk=ticket.pk).update(**touched())
    ticket.refresh_from_db()


def touched() -> dict[str, Any]:
    return {"changed_at": Now(), "version": F("version") + 1}


def _require_live(ticket: Ticket) -> None:
    if ticket.status not in LIVE:
        raise TicketChanged(not_live(ticket.status))


def _require_version(ticket: Ticket, version: int | None) -> None:
    if version is not None and version != ticket.version:
        raise StaleVersion(_("The ticket has changed: look at what is new."))


def _check_end(
    ticket: Ticket, outcome: Resolution | None, reason: str, note: str
) -> None:
    """Raises Invalid, naming what would do."""
    queue = ticket.queue
    if outcome is None and queue is not None and queue.outcome_required:
        choices = {"choices": ", ".join(Resolution.values)}
        raise Invalid(
            outcome=_("Say what became of this question: %(choices)s.") % choices
        )
    if (reason or note) and outcome == Resolution.ANSWERED:
        raise Invalid(reason=_("An answered question needs no reason."))
    if len(reason) > LONGEST_REASON or not REASON.fullmatch(reason):
        raise Invalid(reason=_("Send a word of small letters, digits, _ and -."))
    if len(note) > LONGEST_NOTE:
        raise Invalid(note=_("Send at most 200 characters."))


def usual_outcome(is_answered: bool) -> Resolution:
    return Resolution.ANSWERED if is_answered else Resolution.NO_ANSWER_NEEDED


def _as_it_is(ticket: Ticket) -> dict[str, Any]:
    """What undoing has to bring back, read under a lock. Raises TicketChanged."""
    [row] = fetch(
        """SELECT status, snoozed_until, waiting_since, due_at
             FROM webcare_ticket WHERE id = %s FOR NO KEY UPDATE""",
        [ticket.pk],
    )
    status, *moments = row
    if status != ticket.status:
        raise TicketChanged(_("Someone else changed this ticket: look at it again."))
    names = ("snoozed_until", "waiting_since", "due_at")
    stamps = (moment and moment.isoformat() for moment in moments)
    return {"status": status, "turns": [], **dict(zip(names, stamps, strict=True))}


def _answers(ticket: Ticket) -> tuple[bool, bool]:
    """Whether an answer of ours has reached the author, and whether one is coming.

    Also one on a ticket that was merged into this one. What a rule said is none.
    """
    [[reached, coming]] = fetch(
        """WITH family AS (
               SELECT id FROM webcare_ticket
                WHERE id = %(ticket)s OR merged_into_id = %(ticket)s)
           SELECT EXISTS (SELECT FROM webcare_turn
                           WHERE ticket_id IN (SELECT id FROM family)
                             AND outcome = 'answered'),
                  EXISTS (SELECT FROM webcare_reply r
                            JOIN conversations_delivery d ON d.id = r.delivery_id
                           WHERE r.ticket_id IN (SELECT id FROM family)
                             AND r.rule_id IS NULL AND NOT r.holding
                             AND d.state IN
                                 ('waiting', 'held', 'sending', 'uncertain'))""",
        {"ticket": ticket.pk},
    )
    return reached, coming


def has_live_twin(ticket: Ticket) -> bool:
    return (
        Ticket.objects.live()
        .filter(thread=ticket.thread_id, author=ticket.author_id)
        .exclude(pk=ticket.pk)
        .exists()
    )
