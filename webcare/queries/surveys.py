"""Surveys: what is due, what a ticket's author said, and what a link opens."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from conversations.models.bulk import fetch
from conversations.queries.clock import database_now
from webcare.domain.surveys import CORRECTION, SurveyState, question_in
from webcare.exceptions import NotFound
from webcare.models import Queue, Survey, SurveySetting, Ticket
from webcare.queries.conversation import Place
from webcare.queries.pages import Listing, Mark, Order, Page, read_page

BY_TIME = Order("s.ended_at", descending=True)
# Surveys handed in, and not yet under way, whose ticket is open again.
OVERTAKEN = """conversations_delivery d
               JOIN webcare_survey s ON s.delivery_id = d.id AND s.state = 'asked'
               JOIN webcare_ticket k ON k.id = s.ticket_id
                AND k.status NOT IN ('resolved', 'closed')
              WHERE d.state = 'waiting'"""


class SurveyRow(NamedTuple):
    """What became of asking about one resolution."""

    ended_at: datetime
    pk: int
    id: UUID
    state: str
    reason: str
    due_at: datetime
    asked_at: datetime | None
    answered_at: datetime | None
    score: int | None
    answer: UUID | None
    comment: str | None


_LISTING = Listing(
    """s.public_id, s.state, s.reason, s.due_at, s.asked_at, s.answered_at, s.score,
       m.public_id, c.text""",
    """webcare_survey s
       LEFT JOIN webcare_surveycomment c ON c.survey_id = s.id
       LEFT JOIN conversations_message m ON m.id = s.answer_id""",
    "s.id",
)


def survey_page(
    ticket: Place, mark: Mark | None, limit: int
) -> tuple[list[SurveyRow], Page]:
    """Return a page of what a ticket's author was asked, the newest first."""
    page = _read("s.ticket_id = %(of)s", ticket.id, mark, limit)
    return [SurveyRow(*row) for row in page.rows], page


def survey_row(survey: Survey) -> SurveyRow:
    """Return one survey, read afresh, in the shape of the list."""
    return SurveyRow(*_read("s.id = %(of)s", survey.pk, None, 1).rows[0])


def _read(which: str, of: int, mark: Mark | None, limit: int) -> Page:
    listing = Listing(_LISTING.columns, _LISTING.source, "s.id", [which], {"of": of})
    return read_page(listing, BY_TIME, mark, limit)


def survey_of(ticket: Ticket, public_id: UUID) -> Survey:
    """Return one survey about this ticket. Raises NotFound."""
    found = (
        Survey.objects.select_related("ticket")
        .filter(ticket=ticket, public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such survey on this ticket.")
    return found


def surveys_due(*, for_seconds: float = 0) -> Collection[tuple[int, ...]]:
    """Tell whether somebody should have been asked, or taken off, so long ago."""
    [[is_due]] = fetch(
        f"""SELECT EXISTS (
             SELECT FROM webcare_survey
              WHERE state IN ('waiting', 'asked') AND due_at
                    <= statement_timestamp() - make_interval(secs => %(since)s))
            OR EXISTS (
             SELECT FROM {OVERTAKEN} AND d.created_at
                    <= statement_timestamp() - make_interval(secs => %(since)s))""",
        {"since": for_seconds},
    )
    return [()] if is_due else []


def answerable(now: datetime) -> QuerySet[Survey]:
    """Return the surveys whose link can be answered, or corrected, now."""
    return Survey.objects.filter(
        Q(state=SurveyState.ASKED, due_at__gt=now)
        | Q(state=SurveyState.ANSWERED, answered_at__gt=now - CORRECTION)
    )


class Question(NamedTuple):
    """What the page behind a link shows: nothing of the ticket."""

    text: str
    language: str
    score: int | None
    comment: str
    asks_comment: bool


def asked_by_link(digest: bytes, wanted: str = "") -> Question | None:
    """Return what a link shows, in the language `wanted` or the one it was asked in.

    None when it has ended or is none of ours.
    """
    found = (
        answerable(database_now())
        .select_related("comment")
        .filter(digest=digest)
        .first()
    )
    if found is None:
        return None
    chosen = setting_of(found.queue_id)
    language = wanted or found.language
    own = chosen.question_nl if language == "nl" else chosen.question_en
    comment = getattr(found, "comment", None)
    return Question(
        question_in(language, own),
        language,
        found.score,
        comment.text if comment else "",
        chosen.asks_comment,
    )


def setting_of(queue: int | Queue) -> SurveySetting:
    """Return how a queue asks; the usual, switched off, where nobody has said."""
    pk = queue.pk if isinstance(queue, Queue) else queue
    found = SurveySetting.objects.prefetch_related("channels").filter(pk=pk).first()
    return found or SurveySetting(queue_id=pk)


def channels_of(chosen: SurveySetting) -> list[str]:
    """Return the channels it asks on, by name; none is all of them."""
    if chosen._state.adding:
        return []
    return sorted(channel.slug for channel in chosen.channels.all())
