"""The rows of tickets that messages make, join, or bring back to work."""

from collections.abc import Mapping, Sequence
from typing import Any

from conversations.models.bulk import fetch, insert
from webcare.actions.engagement import Engaged, Message
from webcare.actions.intake_groups import Group, Pair
from webcare.actions.last_words import LastWord
from webcare.actions.survey_answers import Scored
from webcare.domain.outcomes import DANGER_REASON, Priority, PrioritySetBy
from webcare.domain.sentiment import read_sentiment
from webcare.models import Ticket, TicketMessage

EXCERPT = 280


def open_tickets(
    fresh: Mapping[Pair, Sequence[Engaged]], follows: Mapping[Pair, int]
) -> dict[Pair, int]:
    """Make a ticket for each pair; `follows` is the one before it."""
    rows = [
        {
            "thread": pair[0],
            "author": pair[1],
            "channel": ones[0].message.channel,
            "follows": follows.get(pair),
            "opened_at": ones[0].message.posted_at,
            "waiting_since": ones[0].message.posted_at,
            "sentiment": read_sentiment(ones[-1].message.text).label.value,
            **newest(ones),
        }
        for pair, ones in fresh.items()
    ]
    made = insert(Ticket, rows, returning="id, thread_id, author_id")
    return {(thread, author): pk for pk, thread, author in made}


def newest(ones: Sequence[Engaged]) -> dict[str, Any]:
    """What a ticket shows of its newest messages."""
    danger = any(one.reason == "danger" for one in ones)
    last = ones[-1].message
    return {
        "excerpt": _excerpt(last),
        "last_message_at": last.posted_at,
        "last_inbound": last.id,
        "last_heard": max(one.message.id for one in ones),
        "is_danger": danger,
        "priority": (Priority.URGENT if danger else Priority.NORMAL).value,
        "priority_reason": DANGER_REASON if danger else "",
        "priority_by": (PrioritySetBy.DANGER if danger else PrioritySetBy.SYSTEM).value,
    }


def attach(groups: Sequence[Group], words: Sequence[LastWord | Scored]) -> None:
    """Put each message on its ticket."""
    placed = [
        (one.message.id, group.ticket, group.home(one))
        for group in groups
        for one in group.said
    ]
    placed += [(word.message.id, word.at.ticket, word.at.home) for word in words]
    rows = [
        {
            "message": message,
            "ticket": ticket,
            "origin_ticket": origin,
            "split_ticket": split,
        }
        for message, ticket, (origin, split) in placed
    ]
    # What is looked at again stands on a ticket already, mostly on this one.
    insert(
        TicketMessage,
        rows,
        conflict="""ON CONFLICT (message_id) DO UPDATE
                    SET ticket_id = EXCLUDED.ticket_id,
                        origin_ticket_id = EXCLUDED.origin_ticket_id,
                        split_ticket_id = EXCLUDED.split_ticket_id""",
    )


def show(words: Sequence[LastWord | Scored]) -> None:
    """What the author wrote last is what the list shows and an answer answers."""
    newest = {word.at.ticket: word.message for word in words}
    if newest:
        fetch(
            """UPDATE webcare_ticket t
                  SET excerpt = given.excerpt, last_inbound_id = given.message,
                      last_message_at = given.at,
                      changed_at = now(), version = version + 1
                 FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[])
                      AS given(id, excerpt, message, at)
                WHERE t.id = given.id AND given.at >= t.last_message_at""",
            [
                list(newest),
                [_excerpt(message) for message in newest.values()],
                [message.id for message in newest.values()],
                [message.posted_at for message in newest.values()],
            ],
        )


def go_on(groups: Sequence[Group]) -> None:
    """The author wrote again: what was parked or resolved is work once more.

    What arrives late may be the earliest: the ticket was opened by it, all the same.
    """
    if not groups:
        return
    news = [newest(group.said) for group in groups]
    fetch(
        """UPDATE webcare_ticket t
              SET status = CASE WHEN status = 'new' THEN 'new' ELSE 'open' END,
                  resolved_at = NULL, resolution = '', resolution_seconds = NULL,
                  resolution_reason = '', resolution_note = '',
                  snoozed_until = NULL,
                  is_danger = t.is_danger OR given.danger,
                  priority = CASE WHEN given.danger THEN 'urgent' ELSE priority END,
                  priority_by = CASE WHEN given.danger
                            THEN 'danger' ELSE priority_by END,
                  priority_reason = CASE WHEN given.danger
                            THEN %s ELSE priority_reason END,
                  excerpt = CASE WHEN given.at >= last_message_at
                            THEN given.excerpt ELSE t.excerpt END,
                  last_inbound_id = CASE WHEN given.at >= last_message_at
                            THEN given.inbound ELSE last_inbound_id END,
                  last_heard = greatest(last_heard, last_inbound_id, given.heard),
                  opened_at = least(opened_at, given.began_at),
                  last_message_at = greatest(last_message_at, given.at),
                  changed_at = now(), version = version + 1
             FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[],
                         %s::bigint[], %s::bool[], %s::timestamptz[])
                  AS given(id, excerpt, at, inbound, heard, danger, began_at)
            WHERE t.id = given.id""",
        [
            DANGER_REASON,
            [group.ticket for group in groups],
            [new["excerpt"] for new in news],
            [new["last_message_at"] for new in news],
            [new["last_inbound"] for new in news],
            [new["last_heard"] for new in news],
            [new["is_danger"] for new in news],
            [group.said[0].message.posted_at for group in groups],
        ],
    )


def _excerpt(message: Message) -> str:
    return " ".join(message.text[: EXCERPT * 2].split())[:EXCERPT]
