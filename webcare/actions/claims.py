"""Taking the next one, and handing over what one has."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models import Channel
from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.loads import hold, take_note
from webcare.actions.log import record
from webcare.actions.notes import add_note
from webcare.actions.tickets import assign_ticket, touched
from webcare.domain.lifecycle import Status
from webcare.domain.permissions import Permission
from webcare.exceptions import HandsFull, NotAllowed
from webcare.models import Queue, Ticket, TicketEvent, User
from webcare.queries.people import EVERYWHERE, Rights
from webcare.queries.waiting import IN_ORDER, NEEDED, SPEAKS, WAITS

# How far down each queue is looked, first and where others hold all of that.
DEPTHS = (64, 1_024)


@transaction.atomic
def claim_next(
    *,
    user: User,
    queue: Queue | None = None,
    channel: Channel | None = None,
    language: str = "",
) -> Ticket | None:
    """Give `user` the ticket to answer next; None when nothing waits for them.

    Danger first, then what they have the language and the skills for, then by due
    time and age, in the queues they work in, or in `queue`; with `channel` and
    `language` only such tickets. Any number of people at once get different tickets.

    Raises NotAllowed, HandsFull when no more fits.
    """
    queues = _queues(user, queue)
    hold([user.pk])
    load, capacity = take_note(user.pk)
    if load >= capacity:
        raise HandsFull(load=load, capacity=capacity)
    for depth in DEPTHS:
        if found := _best(user, queues, channel, language, capacity - load, depth):
            return _take(user, *found, load=load, capacity=capacity)
    return None


@transaction.atomic
def hand_over(
    *,
    ticket: Ticket,
    user: User,
    agent: User,
    note: str = "",
    version: int | None = None,
) -> Ticket:
    """Say who answers, and tell colleagues why: both, or neither.

    Raises what `assign_ticket` and `add_note` raise.
    """
    ticket = assign_ticket(ticket=ticket, user=user, agent=agent, version=version)
    if note:
        add_note(ticket=ticket, user=user, text=note)
        ticket.refresh_from_db()
    return ticket


def _queues(user: User, queue: Queue | None) -> list[int] | None:
    """The queues to look in; None is all of them. Raises NotAllowed."""
    works_in = Rights.of(user).where(Permission.WORK_TICKETS)
    if queue is not None and works_in & {queue.pk, EVERYWHERE}:
        return [queue.pk]
    if queue is not None or not works_in:
        raise NotAllowed(_("You do not work in this queue."))
    return None if EVERYWHERE in works_in else [pk for pk in works_in if pk]


def _best(
    user: User,
    queues: list[int] | None,
    channel: Channel | None,
    language: str,
    room: float,
    depth: int,
) -> tuple[int, list[str]] | None:
    """Lock the best ticket that nobody else is taking; with what `user` lacks for it.

    The best of each queue are read from its index and compared; only the one that is
    taken is locked.
    """
    wanted = ["k.channel_id = %(channel)s"] if channel else []
    wanted += ["k.language = %(language)s"] if language else []
    rows = fetch(
        f"""WITH RECURSIVE {NEEDED}, best AS MATERIALIZED (
                SELECT w.* FROM webcare_user u
                  JOIN webcare_queue q ON %(queues)s::bigint[] IS NULL
                    OR q.id = ANY(%(queues)s::bigint[])
                 CROSS JOIN LATERAL (
                       SELECT k.id, k.is_danger, k.due_at, k.opened_at,
                              NOT {SPEAKS} AS language_lacks,
                              EXISTS (SELECT FROM needed n
                                 WHERE (n.queue = k.queue_id OR n.topic = k.topic_id)
                                   AND n.level > coalesce((
                                       SELECT s.level FROM webcare_userskill s
                                        WHERE s.user_id = u.id
                                          AND s.skill_id = n.skill), 0))
                                  AS skill_lacks
                         FROM webcare_ticket k
                         LEFT JOIN webcare_channelload cl
                           ON cl.channel_id = k.channel_id
                        WHERE k.queue_id = q.id AND {WAITS}
                          AND coalesce(cl.weight, 1) <= %(room)s
                          AND {" AND ".join(wanted) or "true"}
                        ORDER BY {IN_ORDER} LIMIT %(depth)s) AS w
                 WHERE u.id = %(user)s)
            SELECT k.id, best.language_lacks, best.skill_lacks
              FROM best JOIN webcare_ticket k ON k.id = best.id
             WHERE {WAITS}
             ORDER BY best.is_danger DESC,
                      best.language_lacks::int + best.skill_lacks::int,
                      best.due_at, best.opened_at, best.id
             LIMIT 1 FOR NO KEY UPDATE OF k SKIP LOCKED""",
        {
            "user": user.pk,
            "queues": queues,
            "channel": channel and channel.pk,
            "language": language,
            "room": room,
            "depth": depth,
        },
        prepared=True,
    )
    if not rows:
        return None
    pk, language_lacks, skill_lacks = rows[0]
    lacking = ["language"] * language_lacks + ["skill"] * skill_lacks
    return pk, lacking


def _take(
    user: User, pk: int, lacking: list[str], *, load: float, capacity: int
) -> Ticket:
    Ticket.objects.filter(pk=pk).update(agent=user, status=Status.OPEN, **touched())
    ticket = Ticket.objects.get(pk=pk)
    why: dict[str, Any] = {"by": "next", "load": load, "capacity": capacity}
    if lacking:
        why["widened"] = lacking
    record(
        ticket,
        TicketEvent.Kind.ASSIGNED,
        at=database_now(),
        actor=user,
        agent=user.pk,
        status=Status.OPEN.value,
        why=why,
    )
    return ticket
