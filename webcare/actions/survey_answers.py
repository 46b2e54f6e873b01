"""What people answer when they are asked: behind the link, or a number in private."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.actions.engagement import Engaged, Message
from webcare.actions.last_words import Place
from webcare.actions.log import Line, record
from webcare.domain.links import digest_of
from webcare.domain.permissions import Permission
from webcare.domain.surveys import (
    CORRECTION,
    LONGEST_COMMENT,
    SCORES,
    SurveyState,
    read_score,
)
from webcare.exceptions import Invalid, NotFound
from webcare.models import Survey, SurveyComment, Ticket, TicketEvent, User
from webcare.queries.people import require
from webcare.queries.surveys import answerable

REASON = "survey_answer"
Kind = TicketEvent.Kind


class Scored(NamedTuple):
    """A private message that was read as a score, and the ticket it belongs to."""

    at: Place
    message: Message
    survey: int
    public_id: UUID
    score: int


@transaction.atomic
def answer_survey(*, key: str, score: int | None, comment: str = "") -> Survey:
    """Keep what somebody answers behind their link; until CORRECTION it may be changed.

    The newest counts, without a trace of the one before. Raises NotFound for a link
    that has ended, Invalid without a score.
    """
    now = database_now()
    found = answerable(now).select_for_update(of=["self"]).filter(digest=digest_of(key))
    survey = found.select_related("ticket").first()
    if survey is None:
        raise NotFound(_("This link has ended."))
    if score not in SCORES:
        raise Invalid(score=_("Choose a number from 1 to 5."))
    survey.state, survey.score = SurveyState.ANSWERED, score
    survey.answered_at = survey.answered_at or now
    survey.save(update_fields=["state", "score", "answered_at"])
    _keep_comment(survey, comment[:LONGEST_COMMENT].strip())
    _record(survey, Kind.SURVEY_ANSWERED, score=score, by="link")
    return survey


def find(
    said: Mapping[Any, Sequence[Engaged]], at_rest: Mapping[Any, bool]
) -> list[Scored]:
    """Return the messages among these that are the score somebody was asked for.

    Only in private, in the thread where they were asked, in time, before anything
    else is said there by either side, and while no question of theirs is open.
    """
    read = {
        one.message.id: (one.message, score)
        for pair, ones in said.items()
        if at_rest.get(pair)
        for one, score in _first(ones)
    }
    if not read:
        return []
    rows = fetch(_ASKED, {"messages": list(read)})
    scored = []
    for message, survey, public_id, origin, stands in rows:
        place = Place(stands, (origin, None))
        scored.append(
            Scored(place, read[message][0], survey, public_id, read[message][1])
        )
    return scored


def keep(scored: Sequence[Scored]) -> None:
    """Write the scores down; nobody has to answer them, as with last words."""
    if not scored:
        return
    newest = {one.survey: one for one in scored}.values()
    fetch(
        """WITH decided AS (
             UPDATE webcare_decision SET verdict = 'ignore', reason = %s
              WHERE message_id = ANY(%s) AND decided_by_id IS NULL)
           UPDATE webcare_survey s
              SET state = 'answered', score = given.score, answer_id = given.message,
                  answered_at = coalesce(s.answered_at, m.posted_at)
             FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[])
                  AS given(message, survey, score)
             JOIN conversations_message m ON m.id = given.message
            WHERE s.id = given.survey""",
        [
            REASON,
            [one.message.id for one in scored],
            [one.message.id for one in newest],
            [one.survey for one in newest],
            [one.score for one in newest],
        ],
    )


def lines(scored: Sequence[Scored]) -> Iterator[Line]:
    """What the log says of them."""
    for one in scored:
        at, facts = one.message.posted_at, {"message": one.message.id}
        reason = facts | {"reason": REASON}
        yield Line(one.at.ticket, Kind.MESSAGE_ADDED, at, reason)
        score = {"survey": str(one.public_id), "score": one.score, "by": "message"}
        yield Line(one.at.ticket, Kind.SURVEY_ANSWERED, at, facts | score)


@transaction.atomic
def unread_score(*, survey: Survey, user: User) -> Survey:
    """Say that a message was no score after all: the survey waits for one again.

    The message stays where it is; deciding to answer it does this too. Nothing
    happens to a score that came by the link, which is no guess. Raises NotAllowed.
    """
    require(user, Permission.WORK_TICKETS, survey.ticket.queue_id)
    unread(ticket=survey.ticket, user=user, survey=survey.pk)
    survey.refresh_from_db()
    return survey


def unread(
    *, ticket: Ticket, user: User, message: int | None = None, survey: int | None = None
) -> None:
    """The same, by the message or the survey; belongs in a transaction."""
    rows = fetch(
        """UPDATE webcare_survey
              SET state = CASE WHEN due_at > statement_timestamp()
                               THEN 'asked' ELSE 'expired' END,
                  score = NULL, answered_at = NULL, answer_id = NULL
            WHERE state = 'answered' AND answer_id IS NOT NULL
              AND (answer_id = %s OR id = %s)
        RETURNING public_id::text""",
        [message, survey],
    )
    for [public_id] in rows:
        at = database_now()
        record(ticket, Kind.SURVEY_UNREAD, at=at, actor=user, survey=public_id)


@transaction.atomic
def erase_comment(*, survey: Survey, user: User) -> None:
    """Remove what somebody wrote beside their score. Raises NotAllowed."""
    require(user, Permission.ERASE_PERSON, survey.ticket.queue_id)
    SurveyComment.objects.filter(survey=survey).delete()


def _first(said: Sequence[Engaged]) -> Iterator[tuple[Engaged, int]]:
    """The score that comes before anything else; of two the newer counts."""
    read = ((one, read_score(one.message.text)) for one in said)
    for one, score in takewhile(
        lambda pair: pair[0].reason == "addressed" and pair[1] is not None, read
    ):
        assert score is not None
        yield one, score


def _keep_comment(survey: Survey, comment: str) -> None:
    if comment:
        SurveyComment.objects.update_or_create(
            survey=survey, defaults={"text": comment}
        )
    else:
        SurveyComment.objects.filter(survey=survey).delete()


def _record(survey: Survey, kind: TicketEvent.Kind, **facts: Any) -> None:
    record(
        survey.ticket,
        kind,
        at=database_now(),
        cause="survey",
        survey=str(survey.public_id),
        **facts,
    )


_ASKED = f"""
    SELECT DISTINCT ON (m.id) m.id, s.id, s.public_id, s.ticket_id,
           coalesce(k.merged_into_id, k.id)
      FROM conversations_message m
      JOIN webcare_survey s ON s.author_id = m.author_id
       AND (s.state = 'asked' AND m.posted_at <= s.due_at
            OR s.state = 'answered' AND m.posted_at <= s.answered_at
                   + interval '{CORRECTION.total_seconds():.0f} seconds')
       AND m.posted_at > s.asked_at
      JOIN conversations_delivery d ON d.id = s.delivery_id
       AND d.thread_id = m.thread_id
      JOIN webcare_ticket k ON k.id = s.ticket_id
     WHERE m.id = ANY(%(messages)s) AND m.visibility = 'private'
       AND NOT EXISTS (SELECT FROM conversations_attachment a
                        WHERE a.message_id = m.id)
       AND NOT EXISTS (SELECT FROM conversations_message ours
                        WHERE ours.thread_id = m.thread_id AND ours.direction = 'out'
                          AND ours.id IS DISTINCT FROM d.message_id
                          AND ours.posted_at > s.asked_at
                          AND ours.posted_at <= m.posted_at)
     ORDER BY m.id, s.asked_at DESC"""
