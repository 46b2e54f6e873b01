"""What messages are taken for: kept by edition, and corrected by people for ever."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.engagement import Message, heard
from webcare.actions.log import record
from webcare.domain import danger, sentiment
from webcare.domain.permissions import Permission
from webcare.domain.readings import Danger, Sentiment
from webcare.exceptions import Invalid
from webcare.models import Reading, Ticket, TicketEvent, User
from webcare.queries.people import require


def keep(messages: Sequence[Message], tickets: Collection[int] = ()) -> None:
    """Keep what these messages are taken for; what people said of them stays.

    Those of `tickets` whose newest message is among them say from now on how their
    author feels. One statement, none for no messages.
    """
    if not messages:
        return
    dangers = [danger.read_danger(one.text) for one in messages]
    feelings = [sentiment.read_sentiment(one.text) for one in messages]
    fetch(
        """WITH kept AS (
           INSERT INTO webcare_reading
                  (message_id, danger, danger_score, danger_why, danger_edition,
                   sentiment, sentiment_score, sentiment_edition)
           SELECT id, danger, danger_score, why, %s, sentiment, sentiment_score, %s
             FROM unnest(%s::bigint[], %s::text[], %s::float8[], %s::text[],
                         %s::text[], %s::float8[])
                  AS given(id, danger, danger_score, why, sentiment, sentiment_score)
            ORDER BY id
               ON CONFLICT (message_id) DO UPDATE
              SET danger = excluded.danger, danger_score = excluded.danger_score,
                  danger_why = excluded.danger_why,
                  danger_edition = excluded.danger_edition,
                  sentiment = excluded.sentiment,
                  sentiment_score = excluded.sentiment_score,
                  sentiment_edition = excluded.sentiment_edition, read_at = now()
           RETURNING message_id,
                     coalesce(nullif(sentiment_said, ''), sentiment) AS feeling)
           UPDATE webcare_ticket k SET sentiment = kept.feeling FROM kept
            WHERE k.id = ANY(%s) AND k.last_inbound_id = kept.message_id
              AND k.sentiment <> kept.feeling""",
        [
            danger.EDITION,
            sentiment.EDITION,
            [one.id for one in messages],
            [read.label.value for read in dangers],
            [read.score for read in dangers],
            [read.why for read in dangers],
            [feeling.label.value for feeling in feelings],
            [feeling.score for feeling in feelings],
            sorted(set(tickets)),
        ],
    )


def show(tickets: Sequence[int]) -> None:
    """Let these tickets say how their authors feel: by the newest message of each."""
    if not tickets:
        return
    fetch(
        """UPDATE webcare_ticket k
              SET sentiment = coalesce(nullif(r.sentiment_said, ''), r.sentiment)
             FROM webcare_reading r
            WHERE k.id = ANY(%s) AND r.message_id = k.last_inbound_id
              AND k.sentiment <> coalesce(nullif(r.sentiment_said, ''), r.sentiment)""",
        [sorted(set(tickets))],
    )


def read_again(message_ids: Sequence[int]) -> list[int]:
    """Keep what these messages are taken for now that their authors edited them.

    Returns the tickets of those that speak of danger and did not before, where no
    person has said what they are.
    """
    before = {
        pk: (label, said)
        for pk, label, said in fetch(
            """SELECT message_id, danger, danger_said FROM webcare_reading
                WHERE message_id = ANY(%s) ORDER BY message_id FOR UPDATE""",
            [list(message_ids)],
        )
    }
    messages = [one for one in heard(list(before)) if not one.deleted]
    keep(messages)
    dangerous = [
        one.id
        for one in messages
        if before[one.id] != (Danger.DANGER, "")
        and not before[one.id][1]
        and danger.read_danger(one.text).label == Danger.DANGER
    ]
    rows = fetch(
        """SELECT DISTINCT ticket_id FROM webcare_ticketmessage
            WHERE message_id = ANY(%s)""",
        [dangerous],
    )
    return sorted(ticket for [ticket] in rows)


@transaction.atomic
def set_sentiment(*, ticket: Ticket, user: User, sentiment: Sentiment) -> Ticket:
    """Say how the author feels in their newest message; no machine changes that again.

    Raises NotAllowed, Invalid for *unsure*, or where there is no message to say it of.
    """
    require(user, Permission.WORK_TICKETS, ticket.queue_id)
    if sentiment == Sentiment.UNSURE:
        raise Invalid(sentiment=_("Say negative, neutral or positive."))
    said = Reading.objects.filter(message=ticket.last_inbound_id)
    if not said.update(
        sentiment_said=sentiment, sentiment_said_by=user, sentiment_said_at=Now()
    ):
        raise Invalid(sentiment=_("There is no message that was read."))
    was = ticket.sentiment
    show([ticket.pk])
    ticket.refresh_from_db()
    record(
        ticket,
        TicketEvent.Kind.SENTIMENT_CHANGED,
        at=database_now(),
        actor=user,
        message=ticket.last_inbound_id,
        sentiment=sentiment.value,
        was=was,
    )
    return ticket


def note_danger(ticket: Ticket, user: User) -> None:
    """Keep what a person says about danger, at the messages that it was heard in.

    A false alarm is said of all of them, danger of the newest. Belongs in the
    transaction of `set_danger`.
    """
    if ticket.is_danger:
        Reading.objects.filter(message=ticket.last_inbound_id).update(
            danger_said=Danger.DANGER, danger_said_by=user, danger_said_at=Now()
        )
        return
    fetch(
        """UPDATE webcare_reading r
              SET danger_said = 'none', danger_said_by_id = %s, danger_said_at = now()
             FROM webcare_ticketmessage tm
            WHERE tm.ticket_id = %s AND tm.message_id = r.message_id
              AND (r.danger = 'danger' OR r.danger_said = 'danger')""",
        [user.pk, ticket.pk],
    )
